import { expect, test } from 'vitest';
import { bytes } from '../bytes-schema.ts';
import type { ArgumentType } from '../hub-method-options.ts';
import { stream, streamOf } from '../streams/stream-parameter.ts';
import { readSignature } from './method-signature.ts';

type Run = (...args: readonly unknown[]) => unknown;
/** Creates a method as a compiler would write it. */
const compile = (method: string): Run => {
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval
  const create = new Function(`return Object.values({ ${method} })[0];`) as () => Run;
  return create();
};
const read = (method: string, options = {}) =>
  readSignature('ChatHub', 'm', compile(method), options);

test.each([
  ['async *m(every) { yield every; }', 1, true],
  ['*m() { yield 1; }', 0, true],
  ['m(a, b) { return a = b; }', 2, false],
  ['async m({ a = 1, ...rest }, [b = 2]) {}', 2, false],
  ['m(a /* = 1, ...b */, b) {}', 2, false],
  ['m: function (a) { return __asyncGenerator(this, arguments, function* m_1() {}); }', 1, true],
  ['m: function () { return __asyncGenerator(this, arguments, function* m_1() {}); }', 0, true],
  ['m: function () { return tslib_1.__asyncGenerator(this, arguments, () => 1); }', 0, true],
  ['m: function (_x) { return _wrapAsyncGenerator(function* () {})(_x); }', 1, true],
  ['m: function () { return _async_generator(this, null, function* () {}); }', 0, true],
  ['m(a) { return super.m?.apply(this, arguments); }', 1, false],
  ['["a(b = 1)"](a) {}', 1, false],
  ['[["m"].join((",", ""))](a) {}', 1, false],
  ['[((x = 1) => `m${x}`)()](a, b) {}', 2, false],
  ['[[["m"]][0][0]](a) {}', 1, false],
  ['m({ a: { b = 1 }, c: [d = 2] }, e) {}', 2, false],
  ['m: a => [a].map(b => ((c = 1) => c)(b))', 1, false],
  ['m: a => a.b = 1', 1, false],
  ['m: (function (a, b) {}).bind({})', 2, false],
  ['m: (a) => a', 1, false],
  ['m: a => ((b = 1) => b)(a)', 1, false],
])('%s', (method, argumentCount, streams) => {
  expect(read(method)).toEqual({ argumentCount, argumentSchemas: undefined, uploads: [], streams });
});

test.each([
  'm(a, b = 5) {}',
  'm(a = ")") {}',
  'm(...texts) {}',
  'm({ a }, [b], c = 1) {}',
  'm(a, { b: [c] }, ...rest) {}',
  '[[["m"]][0][0]](a, b = 1) {}',
  '[["m"].join("")](a, b = 1) {}',
  'm: ({ a }, b = 1) => [a, b]',
  'm: (a, b = 5) => a + b',
  'm: function () { return original.apply(this, arguments); }',
  'm: function () { return original.call(this, ...arguments); }',
  'm: (...args) => original(...args)',
  'async *m(every = 1) { yield every; }',
])('parameters that cannot be counted must be listed: %s', (method) => {
  expect(() => read(method)).toThrow(
    expect.objectContaining({ code: 'ERR_SIGNALR_ARGUMENTS_REQUIRED' }),
  );
  expect(() => read(method)).toThrow('{ m: { arguments: [undefined] } }');
  expect(read(method, { arguments: [undefined, undefined], streams: true })).toMatchObject({
    argumentCount: 2,
    streams: true,
  });
});

test('listed arguments are schemas or uploads, in the order of the parameters', () => {
  const schema = bytes;
  const list = (types: readonly ArgumentType[]) => read('m(a, b, c) {}', { arguments: types });
  expect(list([undefined, schema])).toEqual({
    argumentCount: 2,
    argumentSchemas: [undefined, schema],
    uploads: [],
    streams: false,
  });
  expect(list([undefined, undefined]).argumentSchemas).toBeUndefined();
  expect(list([])).toMatchObject({ argumentCount: 0, argumentSchemas: undefined });
  expect(list([stream, undefined, streamOf(schema)])).toEqual({
    argumentCount: 1,
    argumentSchemas: undefined,
    uploads: [
      { index: 0, itemSchema: undefined },
      { index: 2, itemSchema: schema },
    ],
    streams: false,
  });
});
