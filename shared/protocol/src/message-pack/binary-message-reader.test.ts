import { expect, test, vi } from 'vitest';
import { BinaryMessageReader, MessageTooLargeError, ProtocolError } from '../index.ts';
import { BinaryMessageWriter } from './binary-message-writer.ts';

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;

function read(pieces: readonly (string | Uint8Array)[], limit?: number): number[][] {
  const messages: number[][] = [];
  const reader = new BinaryMessageReader(limit);
  for (const piece of pieces) reader.read(piece, (message) => messages.push([...message]));
  return messages;
}

test('a length may have one to five bytes, and be longer than needed', () => {
  expect(read([Uint8Array.of(1, 7, 0x82, 0, 8, 9, 0x81, 0x80, 0x80, 0x80, 0, 10)])).toEqual([
    [7],
    [8, 9],
    [10],
  ]);
  for (const size of [0, 127, 128, 16_383, 16_384, 2_097_152]) {
    const message = new BinaryMessageWriter().write([new Uint8Array(size), new Uint8Array(1)]);
    expect(read([message])[0]).toHaveLength(size + 1);
  }
});

test('a length over 2 GB is refused', () => {
  expect(() => read([Uint8Array.of(0xff, 0xff, 0xff, 0xff, 8)])).toThrow(ProtocolError);
  expect(() => read([Uint8Array.of(0xff, 0xff, 0xff, 0xff), Uint8Array.of(0xff)])).toThrow(
    ProtocolError,
  );
});

test('an announced length allocates no memory', () => {
  const twoGigabytes = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 7, 1, 2, 3);
  expect(() => read([twoGigabytes], 32_768)).toThrow(MessageTooLargeError);
  const readers = Array.from({ length: 1000 }, () => new BinaryMessageReader(undefined));
  // A thousand times two gigabytes would be more than any machine has.
  for (const reader of readers) reader.read(twoGigabytes, () => expect.unreachable());
});

test('a message in ten thousand chunks is copied a limited number of times', () => {
  const message = new BinaryMessageWriter().write([new Uint8Array(10_000).fill(5)]);
  let copied = 0;
  // oxlint-disable-next-line typescript/unbound-method -- it is called on what it was called on
  const set = typedArray.set;
  const spy = vi.spyOn(typedArray, 'set').mockImplementation(function (this: Uint8Array, from, at) {
    copied += from.length;
    set.call(this, from, at);
  });
  try {
    expect(read(Array.from(message, (byte) => Uint8Array.of(byte)))).toEqual([
      Array.from(message.subarray(2)),
    ]);
  } finally {
    spy.mockRestore();
  }
  expect(copied).toBeLessThan(4 * message.length);
});

test('a string is read as its UTF-8 bytes', () => {
  expect(read(['\u0002a', 'b'])).toEqual([[97, 98]]);
});

test.each([0, 1, 127, 128, 16_383, 16_384])(
  'the limit of a message is its bytes with the length prefix, exactly: %d bytes',
  (size) => {
    const message = new BinaryMessageWriter().write([new Uint8Array(size)]);
    const half = Math.ceil(message.length / 2);
    for (const chunks of [[message], [message.subarray(0, half), message.subarray(half)]]) {
      expect(read(chunks, message.length)).toHaveLength(1);
      expect(() => read(chunks, message.length - 1)).toThrow(MessageTooLargeError);
    }
  },
);

test('a length has at most 31 bits', () => {
  const pieces = [Uint8Array.of(0xff, 0xff, 0xff, 0xff, 7)];
  expect(read(pieces)).toEqual([]);
  expect(() => read([Uint8Array.of(0xff, 0xff, 0xff, 0xff, 8)])).toThrow('2GB');
  expect(() => read([Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80)])).toThrow('2GB');
});

test('a message in two chunks and one in the same chunk are both read', () => {
  const chunks = [Uint8Array.of(3, 1, 2), Uint8Array.of(3, 1, 4, 2), Uint8Array.of(5, 6)];
  expect(read(chunks)).toEqual([[1, 2, 3], [4], [5, 6]]);
});

test('reading stops behind a message if the receiver returns false, and continues with the rest', () => {
  const reader = new BinaryMessageReader(undefined);
  const messages: number[][] = [];
  const stopAt2 = (message: Uint8Array): unknown => {
    messages.push([...message]);
    return message[0] === 2 ? false : undefined;
  };
  expect(reader.read(Uint8Array.of(2, 1), stopAt2)).toBeUndefined();
  const rest = reader.read(Uint8Array.of(9, 1, 2, 1, 3, 1), stopAt2);
  expect([[...(rest ?? [])], messages]).toEqual([
    [1, 3, 1],
    [[1, 9], [2]],
  ]);
  expect(reader.read(rest ?? '', stopAt2)).toBeUndefined();
  expect(reader.read(Uint8Array.of(2), stopAt2)).toBeUndefined();
  expect(messages).toEqual([[1, 9], [2], [3], [2]]);
});

test('reading stops behind the message in which the maximum is reached', () => {
  const restOf = (maximum?: number): number | undefined =>
    new BinaryMessageReader(undefined).read(Uint8Array.of(1, 7, 1, 7, 1, 7), () => true, maximum)
      ?.length;
  expect([1, 2, 3, 4, 6, undefined].map(restOf)).toEqual([4, 4, 2, 2, undefined, undefined]);
});
