import { decode, encode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import { adaptMessage } from './adapt-message.ts';
import { IdReplacer } from './id-replacer.ts';
import { frame } from './message-frame.ts';
import { readMessage } from './read-message.ts';

const completion = (value: string): { text: string } => ({
  text: `{"type":3,"invocationId":"0","result":${value}}`,
});
const packed = (result: unknown): { bytes: Buffer } => ({
  bytes: frame(encode([3, {}, '0', 3, result], { useBigInt64: true })),
});

test.each([
  [completion('12345678901234567890'), completion('12345678901234567891')],
  [completion('[-9007199254740993]'), completion('[-9007199254740992]')],
  [completion('["\\"",12345678901234567890]'), completion('["\\"",12345678901234567891]')],
  [packed(12345678901234567890n), packed(12345678901234567891n)],
  [packed(Number.NaN), packed(null)],
  [packed(new Uint8Array([1])), packed(new Uint8Array([2]))],
])('%j and %j differ', (message, other) => {
  expect(readMessage(message).content).not.toEqual(readMessage(other).content);
});

test.each([
  [completion('5'), completion('5.0')],
  [completion('"12345678901234567890"'), completion('"1234567890123456789\\u0030"')],
  [completion('"\\"12345678901234567890"'), completion('"\\"1234567890123456789\\u0030"')],
  [packed(5), packed(5n)],
])('%j and %j are the same', (message, other) => {
  expect(readMessage(message)).toEqual(readMessage(other));
});

test('a completion gets the new invocation id, and large numbers are not rounded', () => {
  const message = { text: '{"invocationId":"a","type":3,"result":12345678901234567891}' };
  expect(adaptMessage(message, new IdReplacer(), 'a', 'b')).toBe(
    '{"invocationId":"b","type":3,"result":12345678901234567891}\u001e',
  );
  const nested = { text: '{"type":3,"result":{"invocationId":"a"},"invocationId":"a"}' };
  expect(adaptMessage(nested, new IdReplacer(), 'a', 'b')).toBe(
    '{"type":3,"result":{"invocationId":"a"},"invocationId":"b"}\u001e',
  );
  const bytes = adaptMessage(packed(12345678901234567891n), new IdReplacer(), '0', 'b') as Buffer;
  expect(decode(bytes.subarray(1), { useBigInt64: true })).toEqual([
    3,
    {},
    'b',
    3,
    12345678901234567891n,
  ]);
});

test('ids are replaced in one pass, also if a new id is another old one', () => {
  const ids = new IdReplacer();
  ids.set('a-(1)', 'b-(2)');
  ids.set('b-(2)', 'c');
  const message = { text: '["a-(1)","b-(2)"]' };
  expect(adaptMessage(message, ids, undefined, undefined)).toBe('["b-(2)","c"]\u001e');
});
