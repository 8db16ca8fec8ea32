import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HandshakeReader } from '../index.ts';
import { readCommonMessage } from './read-common-message.ts';
import { readJsonMessage } from './read-json-message.ts';
import { createMessage } from './json-envelope.ts';
import { readInOrder } from './read-in-order.ts';

const read = (text: string) => readJsonMessage(text, undefined);
const call = { type: 1, invocationId: '1', target: 't', streamIds: undefined };

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return String(error);
  }
  return 'accepted';
}

// All expected values are answers of ASP.NET Core 10.
test.each([
  ['{"type":"","type":6}', "InvalidDataException: Expected 'type' to be of type Number."],
  ['{"type":6,"type":null}', "InvalidDataException: Expected 'type' to be of type Number."],
  ['{"invocationId":0}', "InvalidDataException: Expected 'invocationId' to be of type String."],
  ['{"headers":{"":0}}', "InvalidDataException: Expected header '' to be of type String."],
  [
    '{"allowReconnect":null,"type":6}',
    "InvalidDataException: Expected 'allowReconnect' to be true or false.",
  ],
  [
    '{"sequenceId":9223372036854775808}',
    'FormatException: Either the JSON value is not in a supported format, or is out of bounds for an Int64.',
  ],
  [
    '{"type":1,"arguments":[1],"target":null}',
    "InvalidDataException: Expected 'target' to be of type String.",
  ],
  [
    '{"type":10,"arguments":null}',
    "InvalidDataException: Expected 'arguments' to be of type Array.",
  ],
  ['{"streamIds":[null', "InvalidDataException: Null value for 'streamIds' is not valid."],
  [
    '{"streamIds":[[]]}',
    "InvalidOperationException: Cannot get the value of a token type 'StartArray' as a string.",
  ],
  [
    '{"\\ud800":1}',
    'InvalidOperationException: Cannot read incomplete UTF-16 JSON text as string with missing low surrogate.',
  ],
  [
    '{"error":"\\udc00"}',
    "InvalidOperationException: Cannot read invalid UTF-16 JSON text as string. Invalid surrogate value: '0xDC00'.",
  ],
  [
    '{"error":"\\ud800\\u0041"}',
    "InvalidOperationException: Cannot read invalid UTF-16 JSON text as string. Invalid surrogate value: '0x41'.",
  ],
  ['{"type":4,"target":""}', "InvalidDataException: Missing required property 'invocationId'."],
  ['{"type":1,"arguments":[]}', "InvalidDataException: Missing required property 'target'."],
  [`{"x":${'['.repeat(64)}${']'.repeat(64)}}`, 'InvalidDataException: Error reading JSON.'],
  ['[', "InvalidDataException: Unexpected JSON Token Type 'Array'. Expected a JSON Object."],
])('%s is refused for its first invalid member', (text, expected) => {
  expect(refusal(() => read(text))).toBe(expected);
});

test.each([
  ['{"type":8,"sequenceId":9007199254740993}', { type: 8, sequenceId: 2 ** 53 }],
  ['{"sequenceId":-0,"type":8}', { type: 8, sequenceId: 0 }],
  [
    '{ "type" : 1, "invocationId":"1","t\\u0061rget":"t","arguments":[ 1 , {"a":"}"}]}',
    { ...call, arguments: [1, { a: '}' }] },
  ],
  // Arguments before the target count, because they are bound last.
  [
    '{"type":1,"invocationId":"1","arguments":[1],"target":"t","arguments":[2]}',
    { ...call, arguments: [1] },
  ],
  ['{"type":5,"error":"\\ud83d\\ude00","invocationId":"1"}', { type: 5, invocationId: '1' }],
])('%s is read', (text, message) => {
  expect(read(text)).toEqual(message);
});

test.each([
  ['["\\ud800"]', 'missing low surrogate'],
  ['[{"a":["\\udc00"]}]', "'0xDC00'"],
  ['["\\ud800","\\udc00"]', 'missing low surrogate'],
])('a call with the arguments %s fails, and the connection stays open', (values, cause) => {
  for (const text of [
    `{"type":1,"invocationId":"1","target":"t","arguments":${values}}`,
    `{"arguments":${values},"invocationId":"1","target":"t","type":1}`,
  ]) {
    expect(read(text)).toMatchObject({
      ...call,
      arguments: [],
      argumentsError: { message: expect.stringContaining(cause) as string },
    });
  }
});

test.each(['["\\\\ud800"]', '["\\ud83d\\ude00"]', '["\\\\\\ud83d\\ude00"]'])(
  'arguments with the valid escapes of %s are read',
  (values) => {
    expect(read(`{"type":1,"target":"t","arguments":${values}}`)).toMatchObject({
      arguments: JSON.parse(values) as unknown,
    });
  },
);

test.each([
  [
    '',
    'The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true. LineNumber: 0 | BytePositionInLine: 0.',
  ],
  [
    '{',
    'Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed. LineNumber: 0 | BytePositionInLine: 1.',
  ],
  ['{"ä":é}', "'0xC3' is an invalid start of a value. LineNumber: 0 | BytePositionInLine: 6."],
  ['{\n "a":\n  x}', "'x' is an invalid start of a value. LineNumber: 2 | BytePositionInLine: 2."],
  [
    '{"a":1,}',
    'The JSON object contains a trailing comma at the end which is not supported in this mode. Change the reader options. LineNumber: 0 | BytePositionInLine: 7.',
  ],
  [
    '{"a":[1,]}',
    'The JSON array contains a trailing comma at the end which is not supported in this mode. Change the reader options. LineNumber: 0 | BytePositionInLine: 8.',
  ],
  [
    '{"a":1,',
    'Expected start of a property name or value, but instead reached end of data. LineNumber: 0 | BytePositionInLine: 6.',
  ],
  ['{"a":01}', "Invalid leading zero before '1'. LineNumber: 0 | BytePositionInLine: 6."],
  [
    '{"a":1.}',
    "'}' is invalid within a number, immediately after a decimal point ('.'). Expected a digit ('0'-'9'). LineNumber: 0 | BytePositionInLine: 7.",
  ],
  [
    '{"a":1e+x}',
    "'x' is invalid within a number, immediately after a sign character ('+' or '-'). Expected a digit ('0'-'9'). LineNumber: 0 | BytePositionInLine: 8.",
  ],
  [
    '{"a":1.5x}',
    "'x' is an invalid end of a number. Expected 'E' or 'e'. LineNumber: 0 | BytePositionInLine: 8.",
  ],
  [
    '{"a":1',
    "'1' is an invalid end of a number. Expected a delimiter. LineNumber: 0 | BytePositionInLine: 6.",
  ],
  [
    '{"a":trux}',
    "'trux}' is an invalid JSON literal. Expected the literal 'true'. LineNumber: 0 | BytePositionInLine: 8.",
  ],
  [
    '{"a":"\u0001"}',
    "'0x01' is invalid within a JSON string. The string should be correctly escaped. LineNumber: 0 | BytePositionInLine: 6.",
  ],
  [
    '{"a":"\\x"}',
    "'x' is an invalid escapable character within a JSON string. The string should be correctly escaped. LineNumber: 0 | BytePositionInLine: 7.",
  ],
  [
    '{"a":"\\u12G4"}',
    "'G' is not a hex digit following '\\u' within a JSON string. The string should be correctly escaped. LineNumber: 0 | BytePositionInLine: 10.",
  ],
  [
    '{"a":"x',
    'Expected end of string, but instead reached end of data. LineNumber: 0 | BytePositionInLine: 7.',
  ],
  [
    '{"a"',
    'Expected a value, but instead reached end of data. LineNumber: 0 | BytePositionInLine: 4.',
  ],
  [
    '{"a" 1}',
    "'1' is invalid after a property name. Expected a ':'. LineNumber: 0 | BytePositionInLine: 5.",
  ],
  ['{"a":1]', "']' is invalid without a matching open. LineNumber: 0 | BytePositionInLine: 6."],
  [
    '{"a":1 "b"}',
    "'\"' is invalid after a value. Expected either ',', '}', or ']'. LineNumber: 0 | BytePositionInLine: 7.",
  ],
  [
    '{"a":/* */1}',
    "'/' is invalid after a value. Expected either ',', '}', or ']'. LineNumber: 0 | BytePositionInLine: 5.",
  ],
  [
    '{a:1}',
    "'a' is an invalid start of a property name. Expected a '\"'. LineNumber: 0 | BytePositionInLine: 1.",
  ],
  [
    `{"b":${'['.repeat(63)}{}}`,
    'The maximum configured depth of 64 has been exceeded. Cannot read next JSON object. LineNumber: 0 | BytePositionInLine: 68.',
  ],
])('the handshake %s is refused with the error of System.Text.Json', (text, expected) => {
  const handshake = refusal(() => new HandshakeReader(undefined).read(`${text}\u001e`));
  expect(handshake).toBe(`JsonReaderException: ${expected}`);
  expect(refusal(() => read(text))).toBe('InvalidDataException: Error reading JSON.');
});

test('the reader in order accepts the same texts as JSON.parse', () => {
  const text = fc.oneof(
    fc.json(),
    fc
      .json()
      .chain((json) =>
        fc
          .tuple(fc.nat(json.length), fc.constantFrom('"', ',', ':', '{', ']', '1', '\\', ' ', 'e'))
          .map(([at, character]) => json.slice(0, at) + character + json.slice(at + 1)),
      ),
  );
  fc.assert(
    fc.property(text, (value) => {
      const json = `{"type":6,"x":${value}}`;
      const isValid = refusal(() => JSON.parse(json)) === 'accepted';
      // Text after the object is ignored, so an object that ends early is valid.
      if (isValid) expect(refusal(() => readInOrder(json))).toBe('accepted');
      else if (refusal(() => readInOrder(json)) === 'accepted') expect(value).toMatch(/[}\]]/);
    }),
    { numRuns: 3000 },
  );
});

test('a message that is read the fast way is read the same way in order', () => {
  const id = fc.constantFrom('', '"invocationId":"1",', '"invocationId":"",', '"invocationId":1,');
  const values = fc.oneof(
    fc.json().map((json) => `[${json}]`),
    fc.constantFrom('[', '[1],"type":6,"x":[1]', '[]],[', '[1],"arguments":[2]', '"x"', '[1] '),
  );
  const record = fc
    .tuple(id, values, fc.constantFrom(1, 2, 3, 4, 5, 6))
    .chain(([i, v, type]) =>
      fc.constantFrom(
        `{"type":${type},${i}"target":"t","arguments":${v}}`,
        `{"type": ${type}, "headers": {}, ${i}"target": "t", "arguments": ${v}}`,
        `{"arguments":${v},${i}"target":"t","type":${type}}`,
        `{"arguments":${v},${i}"streamIds":["s"],"target":"t","type":${type}}`,
        `{"type":${type},${i}"item":${v}}`,
        `{${i}"item":${v},"type":${type}}`,
        `{${i}"result":${v},"type":${type}}`,
        `{${i}"type":${type}}`,
        `{"type":${type}}`,
      ),
    );
  let fast = 0;
  fc.assert(
    fc.property(record, (text) => {
      const common = readCommonMessage(text);
      if (common === undefined) return;
      fast++;
      expect(common).toEqual(createMessage(readInOrder(text), undefined));
    }),
    { numRuns: 3000 },
  );
  expect(fast).toBeGreaterThan(100);
});
