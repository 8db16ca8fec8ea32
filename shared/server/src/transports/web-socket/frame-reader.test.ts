import { describe, expect, test } from 'vitest';
import {
  BINARY,
  clientFrame as frame,
  CLOSE,
  CONTINUATION,
  PING,
  TEXT,
} from '../../testing/fakes/client-frame.ts';
import type { FakeSocket } from '../../testing/fakes/fake-socket.ts';
import { openWebSocket as open } from '../../testing/fakes/open-web-socket.ts';
import { FrameReader } from './frame-reader.ts';

async function deliver(socket: FakeSocket, bytes: Buffer, chunkSize: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += chunkSize) {
    // A copy, because the mask is removed in place.
    socket.push(Buffer.from(bytes.subarray(at, at + chunkSize)));
    await new Promise(setImmediate);
  }
}

const long = 'long'.repeat(50);
const veryLong = 'ä'.repeat(40_000);
const bytes = Buffer.from([0, 1, 0x80, 0xff]);

describe('messages arrive in order, wherever their bytes are cut', () => {
  const frames = Buffer.concat([
    frame(TEXT, 'first'),
    frame(TEXT, 'Grüße, 日本, 😀'),
    frame(TEXT, ''),
    frame(BINARY, bytes),
    frame(TEXT, long),
    frame(TEXT, 'frag', false),
    frame(PING, 'between'),
    frame(CONTINUATION, 'men', false),
    frame(CONTINUATION, 'ted'),
    frame(PING, ''),
    frame(BINARY, Buffer.alloc(300, 7)),
    frame(TEXT, 'after'),
  ]);
  const expected = [
    'first',
    'Grüße, 日本, 😀',
    '',
    bytes,
    long,
    'fragmented',
    Buffer.alloc(300, 7),
    'after',
  ];
  test.each([1, 2, 3, 5, 7, 50, 211, 100_000])('chunks of %i bytes', async (chunkSize) => {
    const { socket, messages } = open();
    await deliver(socket, frames, chunkSize);
    expect(messages).toEqual(expected);
    socket.destroy();
  });
});

test('a message with a 64-bit length, and messages after it', async () => {
  const { socket, messages } = open();
  const frames = [frame(TEXT, 'before'), frame(TEXT, veryLong), frame(TEXT, 'after')];
  await deliver(socket, Buffer.concat(frames), 1000);
  expect(messages).toEqual(['before', veryLong, 'after']);
  socket.destroy();
});

/** Returns the code of the Close frame, which is the last one that was sent. */
function closeCode(sent: readonly Buffer[]): number {
  const bytes = Buffer.concat(sent);
  return bytes.readUInt16BE(bytes.length - 2);
}

test.each([
  ['invalid UTF-8', frame(TEXT, Buffer.from([0x61, 0xff, 0x62])), 1007],
  ['a frame without a mask', Buffer.from([0x81, 1, 0x61]), 1002],
  ['a reserved bit', Buffer.from([0xc1, 0x81, 0, 0, 0, 0, 0x61]), 1002],
  ['a continuation of nothing', frame(CONTINUATION, 'x'), 1002],
  ['an unknown opcode', frame(3, 'x'), 1002],
])('%s closes the connection after the messages before it', async (_name, invalid, code) => {
  const { socket, messages, closed } = open();
  await deliver(socket, Buffer.concat([frame(TEXT, 'before'), invalid]), 100_000);
  await deliver(socket, frame(TEXT, 'after'), 100_000);
  expect(messages).toEqual(['before']);
  expect(closeCode(socket.sent)).toBe(code);
  socket.push(null);
  await closed;
});

test('messages after a Close frame are ignored', async () => {
  const { socket, messages, closed } = open();
  const frames = [frame(TEXT, 'before'), frame(CLOSE, Buffer.from([3, 0xe8]))];
  await deliver(socket, Buffer.concat([...frames, frame(TEXT, 'after')]), 100_000);
  await deliver(socket, frame(TEXT, 'later'), 100_000);
  expect(messages).toEqual(['before']);
  expect(closeCode(socket.sent)).toBe(1000);
  socket.push(null);
  await closed;
});

/** Returns bytes as text that is faster to compare. */
const bytesText = (content: Uint8Array): string => `bytes ${Buffer.from(content).toString('hex')}`;

/** Reads chunks, and returns what the reader reads itself and what it leaves to the library. */
function readChunks(...chunks: Buffer[]): { messages: string[]; library: string[] } {
  const messages: string[] = [];
  const library: string[] = [];
  const reader = new FrameReader({
    onMessage: (payload) => {
      messages.push(typeof payload === 'string' ? payload : bytesText(payload));
    },
    readByLibrary: (rest) => library.push(bytesText(rest)),
  });
  for (const chunk of chunks) reader.read(Buffer.from(chunk));
  return { messages, library };
}

test('the reader reads whole messages itself, of each length and at each position', () => {
  const lengths = [0, 1, 2, 3, 4, 5, 6, 7, 2, 125, 126, 127, 0x0102, 65_535, 1];
  const texts = lengths.map((length) => 'abcdefg'.repeat(10_000).slice(0, length));
  const payloads = [...texts, ...texts.map((text) => Buffer.from(text)), 'ä', 'ääää', 'a日', '😀'];
  const frames = payloads.map((payload) =>
    frame(typeof payload === 'string' ? TEXT : BINARY, payload),
  );
  const messages = payloads.map((payload) =>
    typeof payload === 'string' ? payload : bytesText(payload),
  );
  expect(readChunks(Buffer.concat(frames))).toEqual({ messages, library: [] });
  expect(readChunks(...frames)).toEqual({ messages, library: [] });
});

test.each([
  ['a frame without a mask', Buffer.concat([Buffer.from([0x81, 5]), Buffer.alloc(9)])],
  ['a ping', frame(PING, 'ping')],
  ['a fragment', frame(TEXT, 'a', false)],
  ['a length of 64 bits', frame(BINARY, Buffer.alloc(65_536))],
  ['invalid UTF-8', frame(TEXT, Buffer.from([0x80]))],
  ['invalid UTF-8 after other text', frame(TEXT, Buffer.from([0x61, 0x62, 0x63, 0x64, 0xff]))],
  ['a cut header', frame(TEXT, 'text').subarray(0, 5)],
  ['a cut header with a length of 16 bits', frame(TEXT, long).subarray(0, 7)],
  ['a cut payload', frame(TEXT, 'text').subarray(0, -1)],
])('the reader leaves %s to the library, unchanged', (_name, bytes) => {
  expect(readChunks(bytes)).toEqual({ messages: [], library: [bytesText(bytes)] });
  const after = Buffer.concat([frame(TEXT, 'before'), bytes]);
  expect(readChunks(after)).toEqual({ messages: ['before'], library: [bytesText(bytes)] });
});

test('the library reads the rest of its frame, also if it looks like a message', () => {
  const begin = frame(BINARY, Buffer.alloc(100)).subarray(0, 20);
  const rest = Buffer.concat([frame(TEXT, 'not a message'), Buffer.alloc(67)]);
  expect(begin.length + rest.length).toBe(106);
  const after = frame(TEXT, 'after');
  const library = [begin, rest].map(bytesText);
  expect(readChunks(begin, rest, after)).toEqual({ messages: ['after'], library });
});
