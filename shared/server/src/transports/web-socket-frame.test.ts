import { expect, test } from 'vitest';
import { endOfFrames, joinedFrame, MAXIMUM_FRAME, webSocketFrame } from './web-socket-frame.ts';

interface Frame {
  readonly isFinal: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
  readonly end: number;
}

/** Reads frames, and refuses lengths that are not in the minimal form. */
function readFrames(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] as number;
    const short = bytes[at + 1] as number;
    expect(short).toBeLessThan(127);
    const length = short < 126 ? short : bytes.readUInt16BE(at + 2);
    if (short === 126) expect(length).toBeGreaterThan(125);
    const start = at + (short < 126 ? 2 : 4);
    at = start + length;
    frames.push({
      isFinal: (first & 0x80) !== 0,
      opcode: first & 0x0f,
      payload: bytes.subarray(start, at),
      end: at,
    });
  }
  expect(at).toBe(bytes.length);
  return frames;
}

const PAYLOAD = MAXIMUM_FRAME - 4;
const lengths = [0, 125, 126, PAYLOAD].concat(
  [1, 2].flatMap((count) => [0, 1, 125, 126, 127].map((rest) => count * PAYLOAD + rest)),
);

test.each(lengths)('a message of %d bytes is sent in frames of at most 64 KB', (length) => {
  const bytes = Buffer.from(Array.from({ length }, (_, i) => 32 + (i % 90)));
  for (const [opcode, frame] of [
    [1, webSocketFrame(bytes.toString())],
    [2, webSocketFrame(bytes)],
    [2, joinedFrame([bytes.subarray(0, length / 3), bytes.subarray(length / 3)])],
  ] as const) {
    const frames = readFrames(frame);
    expect(Buffer.concat(frames.map(({ payload }) => payload)).equals(bytes)).toBe(true);
    expect(frames.map(({ isFinal }) => isFinal)).toEqual(
      frames.map((_, i) => i === frames.length - 1),
    );
    expect(frames.map((each) => each.opcode)).toEqual(frames.map((_, i) => (i === 0 ? opcode : 0)));
  }
});

test('slices end where frames end', () => {
  const bytes = Buffer.concat([
    webSocketFrame('x'.repeat(100)),
    webSocketFrame('x'.repeat(1000)),
    webSocketFrame('x'.repeat(200_000)),
    webSocketFrame('x'),
  ]);
  const ends = new Set(readFrames(bytes).map(({ end }) => end));
  let sliceCount = 0;
  for (let at = 0; at < bytes.length; sliceCount++) {
    const end = endOfFrames(bytes, at);
    expect(ends.has(end)).toBe(true);
    expect(end - at).toBeLessThanOrEqual(MAXIMUM_FRAME);
    at = end;
  }
  expect(sliceCount).toBe(5);
});
