import { expect, test } from 'vitest';
import { clientFrame, CONTINUATION, PING, TEXT } from '../../testing/fakes/client-frame.ts';
import { isAllowedFrame, readFrameHeader } from './frame-header.ts';

test.each([
  [0, 6],
  [125, 6],
  [126, 8],
  [0x0102, 8],
  [65_535, 8],
  [65_536, 14],
  [0x010203, 14],
])('a payload of %i bytes has a header of %i bytes', (length, size) => {
  const frame = clientFrame(TEXT, 'x'.repeat(length), false);
  const header = { opcode: TEXT, isFinal: false, size, length };
  expect(frame).toHaveLength(size + length);
  expect(readFrameHeader(frame, 0)).toEqual(header);
  expect(readFrameHeader(frame.subarray(0, size), 0)).toEqual(header);
  expect(readFrameHeader(frame.subarray(0, size - 1), 0)).toBeUndefined();
  expect(readFrameHeader(Buffer.concat([Buffer.alloc(3), frame]), 3)).toEqual(header);
});

test('a length may have 63 bits', () => {
  const bytes = Buffer.alloc(14);
  bytes.writeUInt16BE(0x82ff);
  bytes.writeBigUInt64BE(2n ** 53n, 2);
  expect(readFrameHeader(bytes, 0)).toMatchObject({ isFinal: true, length: 2 ** 53 });
});

/** Returns whether frames with these first bytes are allowed between and in messages. */
const allowed = (first: number, second = 0x80): boolean[] =>
  [false, true].map((isInMessage) => isAllowedFrame(first, second, isInMessage));

test('messages begin between messages, and continue in one', () => {
  const [continuation, text, bytes] = [0, 1, 2];
  for (const final of [0, 0x80]) {
    expect(allowed(final | continuation)).toEqual([false, true]);
    expect(allowed(final | text)).toEqual([true, false]);
    expect(allowed(final | bytes)).toEqual([true, false]);
    expect(allowed(final | text, 0xff)).toEqual([true, false]);
  }
});

test('control frames are allowed anywhere, whole and with at most 125 bytes', () => {
  for (const control of [8, 9, 10]) {
    expect(allowed(0x80 | control, 0x80 | 125)).toEqual([true, true]);
    expect(allowed(0x80 | control, 0x80 | 126)).toEqual([false, false]);
    expect(allowed(control)).toEqual([false, false]);
  }
});

test('unknown operations, reserved bits and missing masks are not allowed', () => {
  for (const unknown of [3, 7, 11, 15]) expect(allowed(0x80 | unknown)).toEqual([false, false]);
  for (const bit of [0x10, 0x20, 0x40]) expect(allowed(0x81 | bit)).toEqual([false, false]);
  expect(allowed(0x80 | CONTINUATION, 1)).toEqual([false, false]);
  expect(allowed(0x80 | PING, 1)).toEqual([false, false]);
});
