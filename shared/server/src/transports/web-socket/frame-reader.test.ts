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

type Payload = string | Uint8Array;

/** Joins neighbors that are both text or both bytes, because messages may arrive in parts. */
function joined(payloads: readonly Payload[]): Payload[] {
  const result: Payload[] = [];
  for (const payload of payloads) {
    const last = result.at(-1);
    if (typeof last === 'string' && typeof payload === 'string') {
      result[result.length - 1] = last + payload;
    } else if (last instanceof Uint8Array && payload instanceof Uint8Array) {
      result[result.length - 1] = Buffer.concat([last, payload]);
    } else {
      result.push(payload);
    }
  }
  return result;
}

describe('everything arrives in order, wherever its bytes are cut', () => {
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
    expect(joined(messages)).toEqual(joined(expected));
    socket.destroy();
  });
});

test('a message with a 64-bit length, and messages after it', async () => {
  const { socket, messages } = open();
  const frames = [frame(TEXT, 'before'), frame(TEXT, veryLong), frame(TEXT, 'after')];
  await deliver(socket, Buffer.concat(frames), 1000);
  expect(joined(messages)).toEqual([`before${veryLong}after`]);
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
function readChunks(...chunks: Buffer[]): { payloads: string[]; library: string[] } {
  const payloads: string[] = [];
  const library: string[] = [];
  const reader = new FrameReader({
    onPayload: (payload) => {
      payloads.push(typeof payload === 'string' ? payload : bytesText(payload));
    },
    readByLibrary: (controlFrame) => library.push(bytesText(controlFrame)),
  });
  for (const chunk of chunks) reader.read(Buffer.from(chunk));
  return { payloads, library };
}

test('whole messages arrive whole, of each length and at each position', () => {
  const lengths = [0, 1, 2, 3, 4, 5, 6, 7, 2, 125, 126, 127, 0x0102, 65_535, 1, 65_536, 0x010203];
  const texts = lengths.map((length) => 'abcdefg'.repeat(10_000).slice(0, length));
  const values = [...texts, ...texts.map((text) => Buffer.from(text)), 'ä', 'ääää', 'a日', '😀'];
  const frames = values.map((value) => frame(typeof value === 'string' ? TEXT : BINARY, value));
  const payloads = values.map((value) => (typeof value === 'string' ? value : bytesText(value)));
  expect(readChunks(Buffer.concat(frames))).toEqual({ payloads, library: [] });
  expect(readChunks(...frames)).toEqual({ payloads, library: [] });
});

test('a message arrives in the parts in which it is sent, without waiting for its end', () => {
  const first = frame(TEXT, 'first part, cut here').subarray(0, -4);
  expect(readChunks(first)).toEqual({ payloads: ['first part, cut '], library: [] });
  const fragments = [
    frame(TEXT, 'a', false),
    frame(CONTINUATION, '', false),
    frame(CONTINUATION, 'b'),
  ];
  const payloads = ['a', 'b', 'after'];
  expect(readChunks(...fragments, frame(TEXT, 'after'))).toEqual({ payloads, library: [] });
});

test('a byte order mark is part of the text, in a whole message and in parts', () => {
  const text = '\ufeffä';
  const whole = frame(TEXT, text);
  expect(readChunks(whole).payloads).toEqual([text]);
  const parts = [frame(TEXT, '\ufeff', false), frame(CONTINUATION, 'ä')];
  expect(readChunks(...parts).payloads.join('')).toBe(text);
});

test('control frames go to the library as a whole, also between fragments', () => {
  const ping = frame(PING, 'ping');
  const chunks = [
    frame(TEXT, 'a', false),
    ping.subarray(0, 1),
    ping.subarray(1, 7),
    ping.subarray(7),
    Buffer.concat([ping, frame(CONTINUATION, 'b')]),
  ];
  const library = [bytesText(ping), bytesText(ping)];
  expect(readChunks(...chunks)).toEqual({ payloads: ['a', 'b'], library });
});

/** What the library reads to close with code 1002 or 1007. */
const INVALID_FRAME = bytesText(Buffer.from([0x80, 0x80, 0, 0, 0, 0]));
const INVALID_TEXT = bytesText(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0xff]));

const euroSign = Buffer.from('€');
const openMessage = frame(TEXT, 'open', false);

test.each([
  ['a frame without a mask', INVALID_FRAME, [Buffer.from([0x81, 1, 0x61])]],
  ['a reserved bit', INVALID_FRAME, [Buffer.from([0xc1, 0x81])]],
  ['an unknown opcode', INVALID_FRAME, [frame(3, 'x')]],
  ['an unknown control frame', INVALID_FRAME, [frame(11, 'x')]],
  ['a fragmented ping', INVALID_FRAME, [frame(PING, 'x', false)]],
  ['a ping of 126 bytes', INVALID_FRAME, [frame(PING, 'x'.repeat(126))]],
  ['a continuation of nothing', INVALID_FRAME, [frame(CONTINUATION, 'x')]],
  [
    'a length of more than 2^53',
    INVALID_FRAME,
    [Buffer.from([0x82, 0xff, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
  ],
  ['invalid UTF-8', INVALID_TEXT, [frame(TEXT, Buffer.from([0x61, 0x62, 0x63, 0x64, 0xff]))]],
  ['a byte that continues no character', INVALID_TEXT, [frame(TEXT, Buffer.from([0x80]))]],
  ['a cut character at the end', INVALID_TEXT, [frame(TEXT, euroSign.subarray(0, 2))]],
])('after %s, the reader stops, and the library closes', (_name, library, chunks) => {
  const before = frame(TEXT, 'before');
  const after = frame(TEXT, 'after');
  const expected = { payloads: ['before'], library: [library] };
  expect(readChunks(before, ...chunks, after)).toEqual(expected);
  expect(readChunks(Buffer.concat([before, ...chunks, after]))).toEqual(expected);
});

test.each([
  ['a second message', INVALID_FRAME, [frame(TEXT, 'x')]],
  ['a second message of bytes', INVALID_FRAME, [frame(BINARY, 'x')]],
  ['invalid UTF-8', INVALID_TEXT, [frame(CONTINUATION, Buffer.from([0xff]), false)]],
  ['invalid UTF-8 of one bit', INVALID_TEXT, [frame(CONTINUATION, Buffer.from([0x80]), false)]],
  [
    'a character that the next fragment does not continue',
    INVALID_TEXT,
    [frame(CONTINUATION, euroSign.subarray(0, 2), false), frame(CONTINUATION, 'x', false)],
  ],
  [
    'a character that the last fragment does not complete',
    INVALID_TEXT,
    [frame(CONTINUATION, euroSign.subarray(0, 2), false), frame(CONTINUATION, '')],
  ],
])('after %s in a fragmented message, the library closes', (_name, library, chunks) => {
  const expected = { payloads: ['open'], library: [library] };
  const after = frame(CONTINUATION, 'after');
  expect(readChunks(openMessage, ...chunks, after)).toEqual(expected);
});

test('a client sends nothing after a Close frame, also between fragments', () => {
  const close = frame(CLOSE, Buffer.from([3, 0xe8]));
  const expected = { payloads: ['open'], library: [bytesText(close)] };
  expect(readChunks(openMessage, close, frame(CONTINUATION, 'x'))).toEqual(expected);
  expect(readChunks(Buffer.concat([openMessage, close, frame(CONTINUATION, 'x')]))).toEqual(
    expected,
  );
});

test('after `stop`, nothing is read', () => {
  const payloads: Payload[] = [];
  const reader = new FrameReader({
    onPayload: (payload) => payloads.push(payload),
    readByLibrary: () => undefined,
  });
  reader.read(frame(TEXT, 'cut').subarray(0, -1));
  reader.stop();
  reader.read(Buffer.from('x'));
  expect(payloads).toEqual(['cu']);
});

/** Reads chunks with a reader whose receiver pauses it after each payload. */
function readWithPauses(...chunks: Buffer[]) {
  const received: string[] = [];
  const reader: FrameReader = new FrameReader({
    onPayload: (payload) => {
      received.push(String(payload));
      reader.pause();
    },
    readByLibrary: () => received.push('control frame'),
  });
  for (const chunk of chunks) reader.read(Buffer.from(chunk));
  return { received, reader };
}

test('a paused reader stops within a chunk, and continues where it was', () => {
  const frames = [
    ...['a', 'b'].map((text) => frame(TEXT, text)),
    frame(TEXT, 'ä', false),
    frame(PING, ''),
    frame(CONTINUATION, 'd'),
    frame(TEXT, 'e'),
  ];
  const bytes = Buffer.concat(frames);
  const { received, reader } = readWithPauses(bytes.subarray(0, -3), bytes.subarray(-3));
  const steps = [received.join(' ')];
  for (let i = 0; i < 5; i++) {
    reader.resume();
    steps.push(received.join(' '));
  }
  const all = 'a b ä control frame d e';
  expect(steps).toEqual(['a', 'a b', 'a b ä', 'a b ä control frame d', all, all]);
});

test('a pause that ends before the payload was handled does not stop the reader', () => {
  const received: string[] = [];
  const reader: FrameReader = new FrameReader({
    onPayload: (payload) => {
      reader.pause();
      reader.resume();
      received.push(String(payload));
    },
    readByLibrary: () => undefined,
  });
  reader.read(Buffer.concat(['a', 'b', 'c'].map((text) => frame(TEXT, text))));
  expect(received).toEqual(['a', 'b', 'c']);
});
