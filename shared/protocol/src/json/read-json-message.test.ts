import { expect, test } from 'vitest';
import { readJsonMessage } from './read-json-message.ts';

const read = (text: string) => readJsonMessage(text, undefined);
const call = { type: 1, invocationId: undefined, target: 't', arguments: [], streamIds: undefined };

test.each([
  // A member that occurs twice: the last one counts.
  ['{"type":6,"type":1,"target":"x","target":"t","arguments":[1],"arguments":[]}', call],
  // An empty invocation id means that no answer is wanted.
  ['{"type":1,"invocationId":"","target":"t","arguments":[]}', call],
  // The text after the object is ignored.
  ['{"type":1,"target":"t","arguments":[]}trailing', call],
  ['{"type":1,"target":"t","arguments":[]}}{"', call],
  [
    '{"type":1,"target":"a}\\"]{","arguments":[]}]',
    { ...call, target: 'a}"]{', hasEscapedTarget: true },
  ],
  // ASP.NET Core spells a target with escapes in errors as the client sent it.
  ['{"type":1,"target":"\\u0074","arguments":[]}', { ...call, hasEscapedTarget: true }],
  ['{"type":1,"target":"\\u0074","target":"t","arguments":[]}', call],
  ['{"type":1,"headers":{"a":"b"},"target":"t","arguments":[]}', call],
  // Only the members of the message itself must be integers.
  [
    '{"type":1,"target":"t","arguments":[{"type":1.5,"version":2e9}]}',
    { ...call, arguments: [{ type: 1.5, version: 2e9 }] },
  ],
])('%s is read', (text, message) => {
  expect(read(text)).toEqual(message);
});

test.each([
  ['5', "InvalidDataException: Unexpected JSON Token Type 'Number'. Expected a JSON Object."],
  ['"x"', "InvalidDataException: Unexpected JSON Token Type 'String'. Expected a JSON Object."],
  ['true', "InvalidDataException: Unexpected JSON Token Type 'True'. Expected a JSON Object."],
  ['null', "InvalidDataException: Unexpected JSON Token Type 'Null'. Expected a JSON Object."],
  ['[]', "InvalidDataException: Unexpected JSON Token Type 'Array'. Expected a JSON Object."],
  ['{"type":6', 'InvalidDataException: Error reading JSON.'],
  ['{"type":6,"x":"', 'InvalidDataException: Error reading JSON.'],
  ['', 'InvalidDataException: Error reading JSON.'],
  ['{"type":"1"}', "InvalidDataException: Expected 'type' to be of type Number."],
  ...['1.0', '6e0', '1.5', '3000000000'].map((type) => [
    `{"type":${type}}`,
    'FormatException: Either the JSON value is not in a supported format, or is out of bounds for an Int32.',
  ]),
  [
    '{"type":8,"sequenceId":1.5}',
    'FormatException: Either the JSON value is not in a supported format, or is out of bounds for an Int64.',
  ],
  ['{"type":8,"sequenceId":null}', "InvalidDataException: Missing required property 'sequenceId'."],
  ['{"type":6,"headers":1}', "InvalidDataException: Expected 'headers' to be of type StartObject."],
  [
    '{"type":6,"headers":{"a":1}}',
    "InvalidDataException: Expected header 'a' to be of type String.",
  ],
  ['{"type":1,"target":""}', "InvalidDataException: Missing required property 'target'."],
  [
    '{"type":5,"invocationId":""}',
    "InvalidDataException: Missing required property 'invocationId'.",
  ],
  [
    '{"type":7,"allowReconnect":1}',
    "InvalidDataException: Expected 'allowReconnect' to be true or false.",
  ],
  [
    '{"type":1,"target":"t","arguments":[],"streamIds":[1]}',
    "InvalidOperationException: Cannot get the value of a token type 'Number' as a string.",
  ],
  [
    '{"type":1,"target":"t","arguments":[],"streamIds":null}',
    "InvalidDataException: Expected 'streamIds' to be of type Array.",
  ],
  [
    '{"type":1,"invocationId":"\\ud800","target":"t","arguments":[]}',
    'InvalidOperationException: Cannot read incomplete UTF-16 JSON text as string with missing low surrogate.',
  ],
])('%s is refused', (text, expected) => {
  let error: unknown;
  try {
    read(text as string);
  } catch (thrown) {
    error = thrown;
  }
  expect(String(error)).toBe(expected);
  expect((error as { code: string }).code).toMatch(/^ERR_SIGNALR_PROTOCOL_/);
});

test('a stream call without an invocation id is refused if its arguments match', () => {
  expect(read('{"type":4,"invocationId":"","target":"t","arguments":[1]}')).toMatchObject({
    arguments: [1],
    envelopeError: { message: "Missing required property 'invocationId'." },
  });
});
