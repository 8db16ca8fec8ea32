import { describe, expect, test } from 'vitest';
import { clientFrame, CLOSE, CONTINUATION, PING, TEXT } from '../../testing/fakes/client-frame.ts';
import { FramePosition } from './frame-position.ts';

describe('a position is between messages only after the last byte of a message', () => {
  test.each([
    ['an empty message', [clientFrame(TEXT, '')]],
    ['a short message', [clientFrame(TEXT, 'x'.repeat(125))]],
    ['a message with a length of 16 bits', [clientFrame(TEXT, 'x'.repeat(126))]],
    ['a message with two bytes of length', [clientFrame(TEXT, 'x'.repeat(0x0201))]],
    ['a message with a length of 64 bits', [clientFrame(TEXT, 'x'.repeat(0x010203))]],
    ['a frame without a mask', [Buffer.from([0x81, 2, 0x61, 0x62])]],
    ['a ping', [clientFrame(PING, 'ping')]],
    [
      'fragments with a ping between them',
      [
        clientFrame(TEXT, 'a', false),
        clientFrame(PING, ''),
        clientFrame(CONTINUATION, 'b', false),
        clientFrame(CONTINUATION, 'c'),
      ],
    ],
  ])('%s', (_name, frames) => {
    const bytes = Buffer.concat(frames);
    const position = new FramePosition();
    expect(position.isBetweenMessages).toBe(true);
    const ends: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      position.advance(bytes.subarray(at, at + 1));
      if (position.isBetweenMessages) ends.push(at + 1);
    }
    expect(ends).toEqual([bytes.length]);
    const atOnce = new FramePosition();
    atOnce.advance(Buffer.concat([bytes, bytes.subarray(0, -1)]));
    expect(atOnce.isBetweenMessages).toBe(false);
    atOnce.advance(bytes.subarray(-1));
    expect([atOnce.isBetweenMessages, atOnce.isClosed]).toEqual([true, false]);
  });
});

test('bytes after a Close frame are ignored', () => {
  const position = new FramePosition();
  const close = clientFrame(CLOSE, Buffer.from([0x03, 0xe8]));
  position.advance(close.subarray(0, -1));
  expect(position.isClosed).toBe(false);
  position.advance(Buffer.concat([close.subarray(-1), clientFrame(TEXT, 'after').subarray(0, 3)]));
  position.advance(clientFrame(TEXT, 'later').subarray(0, 3));
  expect([position.isClosed, position.isBetweenMessages]).toEqual([true, true]);
});
