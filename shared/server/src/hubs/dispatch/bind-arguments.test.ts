import type { StandardSchemaV1 } from '@standard-schema/spec';
import { MessageType } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import type { Invocation } from '../calling-connection.ts';
import type { UploadStream } from '../streams/upload-stream.ts';
import type { UploadStreams } from '../streams/upload-streams.ts';
import { bindArguments, insertUploads } from './argument-binding.ts';
import type { HubMethod } from './hub-method.ts';

type Result = StandardSchemaV1.Result<unknown>;

const schema = (validate: (value: unknown) => Result | Promise<Result>): StandardSchemaV1 => ({
  '~standard': { version: 1, vendor: 'tests', validate },
});
const upper = schema((value) =>
  typeof value === 'string'
    ? { value: value.toUpperCase() }
    : { issues: [{ message: 'Expected a string.', path: ['a', 0] }] },
);
const slowUpper = schema(async (value) => upper['~standard'].validate(value));

const methodOf = (
  argumentSchemas: HubMethod['argumentSchemas'],
  argumentCount = argumentSchemas?.length ?? 0,
  uploadIndexes: readonly number[] = [],
): HubMethod =>
  ({
    argumentSchemas,
    argumentCount,
    uploads: uploadIndexes.map((index) => ({ index, itemSchema: undefined })),
  }) as unknown as HubMethod;

const bind = (
  method: HubMethod,
  values: readonly unknown[],
  { isTypeFirst = false, argumentsError }: { isTypeFirst?: boolean; argumentsError?: Error } = {},
) => {
  const call = {
    type: MessageType.Invocation,
    target: 'm',
    arguments: values,
    ...(argumentsError === undefined ? {} : { argumentsError }),
  };
  return bindArguments(method, call as Invocation, isTypeFirst);
};

test('without schemas, the arguments are passed on as they are', () => {
  const values = ['a', 1];
  expect(bind(methodOf(undefined, 2), values)).toBe(values);
});

test('each schema returns its argument, and one without a schema stays', async () => {
  expect(bind(methodOf([upper, undefined, upper]), ['a', 'b', 'c'])).toEqual(['A', 'b', 'C']);
  const pending = bind(methodOf([upper, undefined, slowUpper]), ['a', 'b', 'c']);
  expect(pending).toBeInstanceOf(Promise);
  expect(await pending).toEqual(['A', 'b', 'C']);
});

test.each([
  [[upper], [1], [], 1],
  [[undefined, upper], ['a', 1], [], 2],
  [[upper, upper], ['a', 1], [0], 3],
  [[upper, upper], ['a', 1], [1], 3],
  [[upper, upper], [1, 'a'], [1], 1],
  [[upper, upper], ['a', 1], [2], 2],
  [[upper], [1], [0, 1], 3],
])(
  'the error has the position among arguments and uploads (%#)',
  (schemas, values, uploads, position) => {
    const method = methodOf(schemas, schemas.length, uploads);
    const reason = `argument ${position} does not match its schema at 'a[0]'`;
    const message = `Argument ${position} is invalid. a[0]: Expected a string.`;
    const hubError = expect.objectContaining({ message }) as Error;
    expect(() => bind(method, values)).toThrow(expect.objectContaining({ reason, hubError }));
  },
);

test('an asynchronous schema rejects with the issues', async () => {
  await expect(bind(methodOf([slowUpper]), [1])).rejects.toThrow(
    'the types of the provided values',
  );
});

test('a wrong number of arguments is an error, with both numbers', () => {
  expect(() => bind(methodOf([upper]), [])).toThrow(/0 .*1/);
  expect(() => bind(methodOf(undefined, 1), ['a', 'b'])).toThrow(/2 .*1/);
  expect(() => bind(methodOf([upper]), [1, 2])).toThrow(/2 .*1/);
});

test('with isTypeFirst, a wrong type is reported before a wrong number', () => {
  const options = { isTypeFirst: true };
  expect(() => bind(methodOf([upper]), [1, 2], options)).toThrow(
    'the types of the provided values',
  );
  expect(() => bind(methodOf([upper, upper]), [1], options)).toThrow(
    'the types of the provided values',
  );
  expect(() => bind(methodOf([upper, upper]), ['a'], options)).toThrow(/1 .*2/);
  expect(() => bind(methodOf([slowUpper]), [1, 2], options)).toThrow(/2 .*1/);
  expect(() => bind(methodOf(undefined, 1), ['a', 'b'], options)).toThrow(/2 .*1/);
});

test('arguments that cannot be read are the error, unless their number is wrong', () => {
  const argumentsError = new Error('nested too deeply');
  const unreadable = expect.objectContaining({ cause: argumentsError }) as Error;
  expect(() => bind(methodOf([upper]), [], { argumentsError })).toThrow(unreadable);
  expect(() => bind(methodOf([upper]), ['a'], { argumentsError })).toThrow(unreadable);
  expect(() => bind(methodOf([upper]), ['a', 'b'], { argumentsError })).toThrow(/2 .*1/);
});

/** Uploads that report with which options they were validated. */
function createUploads() {
  const validated: unknown[] = [];
  const get = (id: string) =>
    ({
      validateWith(itemSchema: unknown, exposesIssues: boolean) {
        validated.push([id, itemSchema, exposesIssues]);
        return `upload ${id}`;
      },
    }) as unknown as UploadStream;
  return { validated, streams: { uploads: { get } as unknown as UploadStreams } };
}
const hidden = { enableDetailedErrors: false, exposeValidationErrors: false };

test('uploads are inserted at their positions, and the arguments stay as they were', () => {
  const { streams } = createUploads();
  const values = ['a', 'b'];
  const method = methodOf(undefined, 2, [0, 2, 4]);
  expect(insertUploads(method, values, ['1', '2', '3'], streams, hidden)).toEqual([
    'upload 1',
    'a',
    'upload 2',
    'b',
    'upload 3',
  ]);
  expect(values).toEqual(['a', 'b']);
});

test.each([
  [[], []],
  [[], undefined],
])('without uploads, the arguments are passed on as they are: %j', (indexes, ids) => {
  const values = ['a'];
  const { streams } = createUploads();
  expect(insertUploads(methodOf(undefined, 1, indexes), values, ids, streams, hidden)).toBe(values);
});

test.each([
  [[0], undefined],
  [[0], []],
  [[0], ['1', '2']],
  [[], ['1']],
])('the method has uploads at %j, and the call has %j: an error', (indexes, ids) => {
  const { streams } = createUploads();
  expect(() => insertUploads(methodOf(undefined, 0, indexes), [], ids, streams, hidden)).toThrow(
    'stream(s)',
  );
});

test.each([
  [hidden, false],
  [{ ...hidden, enableDetailedErrors: true }, true],
  [{ ...hidden, exposeValidationErrors: true }, true],
])('with %j, issues of items are exposed: %s', (options, exposesIssues) => {
  const { streams, validated } = createUploads();
  insertUploads(methodOf(undefined, 0, [0]), [], ['1'], streams, options);
  expect(validated).toEqual([['1', undefined, exposesIssues]]);
});
