import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createWebSocketUpgrader } from '../web-socket-upgrade.ts';
import { WriteBatcher } from '../write-batcher.ts';

const TEXT = 1;
const BINARY = 2;
const CONTINUATION = 0;
const CLOSE = 8;
const PING = 9;
const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** Returns a masked frame, as clients send it. */
function frame(opcode: number, payload: string | Buffer, isFinal = true): Buffer {
  const bytes = Buffer.from(payload as string);
  let header = Buffer.from([0, 0x80 | bytes.length]);
  if (bytes.length > 125) {
    header = Buffer.alloc(bytes.length > 65_535 ? 10 : 4);
    header[1] = 0x80 | (bytes.length > 65_535 ? 127 : 126);
    header.writeUIntBE(bytes.length, header.length === 10 ? 4 : 2, header.length === 10 ? 6 : 2);
  }
  header[0] = (isFinal ? 0x80 : 0) | opcode;
  const masked = bytes.map((byte, i) => byte ^ (MASK[i % 4] as number));
  return Buffer.concat([header, MASK, masked]);
}

/** A socket whose other end is the test. */
class FakeSocket extends Duplex {
  readonly sent: Buffer[] = [];

  setNoDelay(): this {
    return this;
  }

  override _read(): void {
    // The test pushes.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.sent.push(chunk);
    done();
  }
}

interface Opened {
  readonly socket: FakeSocket;
  readonly messages: (string | Buffer)[];
  /** Resolves when the transport has closed. */
  readonly closed: Promise<void>;
}

function open(): Opened {
  const socket = new FakeSocket();
  const messages: (string | Buffer)[] = [];
  let onClose = (): void => undefined;
  const closed = new Promise<void>((resolve) => (onClose = resolve));
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const request = { method: 'GET', headers } as unknown as IncomingMessage;
  const upgrade = createWebSocketUpgrader(32_768);
  upgrade({ request, socket, head: Buffer.alloc(0) }, (create) => {
    const transport = create({
      batcher: new WriteBatcher(),
      sendLimits: { highWaterMark: 65_536, maximumBufferSize: 1e6, sendTimeout: 30_000 },
      onTooSlow: () => undefined,
    });
    transport.listen({
      onReceive: (chunk) => messages.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk)),
      onClose: () => onClose(),
    });
  });
  return { socket, messages, closed };
}

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
