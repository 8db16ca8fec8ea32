import { expect, test } from 'vitest';
import { JsonHubProtocol } from './json-hub-protocol.ts';
import { writeJsonValue } from './json-values.ts';

const { Buffer } = globalThis as unknown as {
  Buffer: { from(values: Uint8Array): Uint8Array & { toString(encoding: 'base64'): string } };
};
const bytes = Uint8Array.of(1, 2, 255);

test.each([
  [bytes, '"AQL/"'],
  [Buffer.from(bytes), '"AQL/"'],
  [new Uint8Array(new Uint8Array([9, 1, 2, 255]).buffer, 1), '"AQL/"'],
  [new Uint8Array(0), '""'],
  [{ file: bytes, name: 'x' }, '{"file":"AQL/","name":"x"}'],
  [[1, [Buffer.from(bytes)]], '[1,["AQL/"]]'],
  [{ toJSON: () => ({ inner: bytes }) }, '{"inner":"AQL/"}'],
  [{ at: new Date(0), bytes }, '{"at":"1970-01-01T00:00:00.000Z","bytes":"AQL/"}'],
  [{ at: new Date(0), no: undefined }, '{"at":"1970-01-01T00:00:00.000Z"}'],
  [undefined, 'null'],
  [() => 1, 'null'],
  ['x', '"x"'],
])('%o is written as %s', (value, text) => {
  expect(writeJsonValue(value)).toBe(text);
});

test('a large object and a large array of bytes are written', () => {
  const large = Array.from({ length: 20_000 }, (_, i) => ({ i }));
  expect(writeJsonValue(large)).toBe(JSON.stringify(large));
  const random = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 256);
  expect(writeJsonValue(random)).toBe(JSON.stringify(Buffer.from(random).toString('base64')));
});

test('a value that cannot be written throws, also a cycle', () => {
  const cycle: Record<string, unknown> = {};
  cycle['left'] = cycle;
  cycle['right'] = cycle;
  expect(() => writeJsonValue(cycle)).toThrow(TypeError);
  expect(() => writeJsonValue({ big: 1n })).toThrow(TypeError);
});

test('arguments, results and items may contain bytes', () => {
  const json = new JsonHubProtocol();
  expect(json.writeMessage({ type: 1, target: 't', arguments: [bytes] })).toContain('["AQL/"]');
  expect(
    json.writeMessage({ type: 3, invocationId: '1', hasResult: true, result: { bytes } }),
  ).toContain('"result":{"bytes":"AQL/"}');
  expect(json.createItemWriter('1')(bytes)).toContain('"item":"AQL/"');
});

test('every character is written as JSON.stringify writes it', () => {
  for (let unit = 0; unit <= 0xffff; unit++) {
    const text = `a${String.fromCharCode(unit)}b`;
    if (writeJsonValue(text) !== JSON.stringify(text)) expect.fail(`unit ${unit}`);
  }
  expect(writeJsonValue('')).toBe('""');
});
