import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { MemoryBudget } from '../connections/memory-budget.ts';
import { turns } from '../testing/event-loop.ts';
import { clientFrame, CLOSE, CONTINUATION, PING, TEXT } from '../testing/fakes/client-frame.ts';
import { FakeSocket } from '../testing/fakes/fake-socket.ts';
import { openWebSocket, upgradeRequest } from '../testing/fakes/open-web-socket.ts';
import { CLOSE_TIMEOUT } from './buffered-transport.ts';
import { LARGE_MESSAGE_TIMEOUT } from './unfinished-message.ts';
import { createWebSocketUpgrader, UNFINISHED_SHARE } from './web-socket-upgrade.ts';
import { WebSocketTransport } from './web-sockets.ts';
import { WriteBatcher } from './write-batcher.ts';

const NORMAL_CLOSE = Buffer.from([0x88, 2, 0x03, 0xe8]);
const TOO_BIG_CLOSE = Buffer.from([0x88, 2, 0x03, 0xf1]);

afterEach(() => {
  vi.useRealTimers();
});

/** Lets the client send a Close frame and close its side of the socket. */
function closeByClient(socket: FakeSocket): void {
  socket.push(clientFrame(CLOSE, Buffer.from([0x03, 0xe8])));
  socket.push(null);
}

/** Returns what was sent after the response to the upgrade request. */
const sentFrames = ({ sent }: FakeSocket): Buffer => Buffer.concat(sent.slice(1));

test('payloads are sent in frames of text and of bytes', () => {
  const { socket, transport, batcher } = openWebSocket();
  transport.send('hi');
  transport.send(Buffer.from('ab'));
  transport.send(Buffer.from('cd'));
  batcher.flush();
  const frames = [Buffer.from([0x81, 2]), 'hi', Buffer.from([0x82, 4]), 'abcd'];
  expect(sentFrames(socket)).toEqual(Buffer.concat(frames.map((part) => Buffer.from(part as ''))));
  expect([transport.name, socket.hasNoDelay]).toEqual(['WebSockets', true]);
  socket.destroy();
});

test('senders wait while the client does not read, and continue when it has read', async () => {
  const { socket, transport, batcher } = openWebSocket();
  const { progress } = transport;
  socket.hold();
  transport.send('x'.repeat(200_000));
  batcher.flush();
  const room = transport.whenRoom();
  expect(room).toBeInstanceOf(Promise);
  socket.release();
  await room;
  expect(transport.progress).not.toBe(progress);
  await turns(2);
  expect(sentFrames(socket).length).toBeGreaterThan(200_000);
  expect(transport.whenRoom()).toBeUndefined();
  socket.destroy();
});

test('the Close frame follows everything that was sent', async () => {
  const { socket, transport, closed } = openWebSocket();
  socket.hold();
  transport.send('x'.repeat(200_000));
  transport.close();
  socket.release();
  await turns(2);
  const frames = sentFrames(socket);
  expect(frames.length).toBeGreaterThan(200_000);
  expect(frames.subarray(-4)).toEqual(NORMAL_CLOSE);
  closeByClient(socket);
  expect(await closed).toBe(false);
});

test('a Close frame of the client is answered, and the connection is not lost', async () => {
  const { socket, closed } = openWebSocket();
  closeByClient(socket);
  expect(await closed).toBe(false);
  expect(sentFrames(socket)).toEqual(NORMAL_CLOSE);
});

test.each([
  ['destroyed', (socket: FakeSocket): void => void socket.destroy()],
  ['ended', (socket: FakeSocket): void => void socket.push(null)],
])('a socket that is %s without a Close frame is a lost connection', async (_name, end) => {
  const { socket, transport, batcher, closed } = openWebSocket();
  socket.hold();
  transport.send('x'.repeat(200_000));
  batcher.flush();
  const room = transport.whenRoom();
  end(socket);
  socket.release();
  expect(await closed).toBe(true);
  await room;
});

test('after a violation of the protocol, the connection is not lost', async () => {
  const { socket, messages, closed } = openWebSocket();
  const unmasked = Buffer.from([0x81, 1, 0x61]);
  socket.push(Buffer.concat([unmasked, clientFrame(TEXT, 'after')]));
  socket.push(null);
  expect(await closed).toBe(false);
  expect(messages).toEqual([]);
});

test('a refused message closes with code 1009, and the connection is not lost', async () => {
  const { socket, transport, closed } = openWebSocket();
  transport.refuseMessage();
  expect(sentFrames(socket)).toEqual(TOO_BIG_CLOSE);
  expect([socket.destroyed, await closed]).toEqual([true, false]);
});

test('after abort, nothing is sent and nobody waits', async () => {
  const { socket, transport, batcher, closed } = openWebSocket();
  transport.send('x'.repeat(70_000));
  transport.abort();
  batcher.flush();
  expect([sentFrames(socket).length, socket.destroyed]).toEqual([0, true]);
  expect(transport.whenRoom()).toBeUndefined();
  expect(await closed).toBe(true);
});

test('an abandoned transport closes its socket and reports nothing', async () => {
  const { socket, transport, closed } = openWebSocket();
  const onClosed = vi.fn();
  void closed.then(onClosed);
  const isClosed = once(socket, 'close');
  transport.abandon();
  await isClosed;
  await turns(2);
  expect(onClosed).not.toHaveBeenCalled();
});

test('messages wait while the transport is paused', async () => {
  const { socket, transport, messages } = openWebSocket();
  transport.pause();
  socket.push(clientFrame(TEXT, 'later'));
  await turns(2);
  expect(messages).toEqual([]);
  transport.resume();
  await turns(2);
  expect(messages).toEqual(['later']);
  socket.destroy();
});

test('a dropped transport sends what it has, ignores the client and reports nothing', async () => {
  const { socket, transport, messages, closed } = openWebSocket();
  const onClosed = vi.fn();
  void closed.then(onClosed);
  transport.pause();
  socket.hold();
  transport.send('x'.repeat(200_000));
  transport.drop();
  socket.push(clientFrame(TEXT, 'ignored'));
  await turns(2);
  socket.release();
  await once(socket, 'finish');
  expect(sentFrames(socket).length).toBeGreaterThan(200_000);
  const isClosed = once(socket, 'close');
  socket.push(null);
  await isClosed;
  await turns(2);
  expect([messages, onClosed.mock.calls]).toEqual([[], []]);
});

test('a dropped socket that the client does not close is destroyed after the close timeout', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { socket, transport } = openWebSocket();
  transport.drop();
  vi.advanceTimersByTime(CLOSE_TIMEOUT - 1);
  expect(socket.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(socket.destroyed).toBe(true);
});

test('a dropped socket that the client closes in time leaves no timer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { socket, transport } = openWebSocket();
  transport.drop();
  const isClosed = once(socket, 'close');
  socket.destroy();
  await isClosed;
  expect(vi.getTimerCount()).toBe(0);
});

/** Opens a WebSocket that may hold 100 bytes, and 50 more from a budget. */
function openLimited({ hasLimits = true } = {}) {
  const socket = new FakeSocket();
  const budget = new MemoryBudget(50);
  const messages: string[] = [];
  const onClose = vi.fn();
  const server = new WebSocketServer({ noServer: true, clientTracking: false });
  server.handleUpgrade(upgradeRequest(), socket, Buffer.alloc(0), (webSocket) => {
    const limits = { highWaterMark: 65_536, maximumBufferSize: 1e6, sendTimeout: 30_000 };
    const transport = new WebSocketTransport(
      webSocket,
      socket,
      new WriteBatcher(),
      limits,
      () => undefined,
      hasLimits ? { share: 100, budget } : undefined,
    );
    transport.listen({ onReceive: (chunk) => messages.push(chunk.toString()), onClose });
  });
  const push = async (bytes: Buffer): Promise<void> => {
    socket.push(bytes);
    await turns(2);
  };
  return { socket, budget, messages, onClose, push };
}

test('complete messages do not count as unfinished, in one frame or in several', async () => {
  const { socket, messages, push } = openLimited();
  const text = 'x'.repeat(60);
  for (let i = 0; i < 4; i++) await push(clientFrame(TEXT, text));
  for (let i = 0; i < 4; i++) {
    await push(clientFrame(TEXT, text, false));
    await push(clientFrame(CONTINUATION, ''));
  }
  expect(messages).toEqual(Array.from({ length: 8 }, () => text));
  expect(sentFrames(socket)).toHaveLength(0);
  socket.destroy();
});

test('an unfinished message above the share and the budget closes the connection', async () => {
  const { socket, messages, onClose, push } = openLimited();
  await push(clientFrame(TEXT, 'x'.repeat(120), false));
  expect(sentFrames(socket)).toHaveLength(0);
  await push(clientFrame(CONTINUATION, 'x'.repeat(60), false));
  expect(sentFrames(socket)).toEqual(TOO_BIG_CLOSE);
  expect([messages, onClose.mock.calls]).toEqual([[], [[false]]]);
});

test('pings in an unfinished message do not count', async () => {
  const { socket, push } = openLimited();
  await push(clientFrame(TEXT, 'x'.repeat(80), false));
  for (let i = 0; i < 20; i++) await push(clientFrame(PING, 'ping'));
  const pongs = sentFrames(socket);
  expect(pongs).toEqual(Buffer.from('\u008a\u0004ping'.repeat(20), 'latin1'));
  socket.destroy();
});

test('without limits, messages of any size arrive', async () => {
  const { socket, messages, onClose, push } = openLimited({ hasLimits: false });
  await push(clientFrame(TEXT, 'x'.repeat(200), false));
  await push(clientFrame(PING, ''));
  await push(clientFrame(CONTINUATION, 'y'));
  expect(messages).toEqual([`${'x'.repeat(200)}y`]);
  socket.destroy();
  await turns(2);
  expect(onClose.mock.calls).toEqual([[true]]);
});

test('a connection that closes in a message gives its memory back', async () => {
  const { socket, budget, push } = openLimited();
  await push(clientFrame(TEXT, 'x'.repeat(120), false));
  expect(budget.tryTake(50)).toBe(false);
  socket.destroy();
  await turns(2);
  expect(budget.tryTake(50)).toBe(true);
});

test('a message that needs more than the share of its connection has a time limit', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const { socket, closed } = openWebSocket();
  const share = 32_768 + UNFINISHED_SHARE;
  const begin = clientFrame(TEXT, 'x'.repeat(share - 14), false);
  expect(begin).toHaveLength(share);
  socket.push(begin);
  await turns(2);
  expect(vi.getTimerCount()).toBe(0);
  socket.push(clientFrame(CONTINUATION, 'x', false));
  await turns(2);
  vi.advanceTimersByTime(LARGE_MESSAGE_TIMEOUT - 1);
  expect(sentFrames(socket)).toHaveLength(0);
  vi.advanceTimersByTime(1);
  expect(sentFrames(socket)).toEqual(TOO_BIG_CLOSE);
  expect(await closed).toBe(false);
});

test.each([
  [32_768, 1_081_344],
  [1_000_000, 2_048_576],
  [2_000_000, 4_000_000],
])('if hub messages may have %i bytes, frames may have %i', async (hubLimit, frameLimit) => {
  const answerTo = async (length: number): Promise<Buffer> => {
    const socket = new FakeSocket();
    const upgrade = createWebSocketUpgrader(hubLimit);
    upgrade({ request: upgradeRequest(), socket, head: Buffer.alloc(0) }, (create) => {
      create({
        batcher: new WriteBatcher(),
        sendLimits: { highWaterMark: 1, maximumBufferSize: 1, sendTimeout: 1 },
        onTooSlow: () => undefined,
      }).listen({ onReceive: () => undefined, onClose: () => undefined });
    });
    const header = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(length, 6);
    socket.push(header);
    await turns(2);
    socket.destroy();
    return sentFrames(socket);
  };
  expect(await answerTo(frameLimit)).toHaveLength(0);
  expect(await answerTo(frameLimit + 1)).toEqual(TOO_BIG_CLOSE);
});

test('a subprotocol that the client offers is not confirmed', () => {
  const socket = new FakeSocket();
  const request: IncomingMessage = upgradeRequest({ 'sec-websocket-protocol': 'chat' });
  const onOpen = vi.fn();
  createWebSocketUpgrader(1)({ request, socket, head: Buffer.alloc(0) }, onOpen);
  expect(onOpen).toHaveBeenCalledTimes(1);
  expect(String(socket.sent[0])).toContain('101 Switching Protocols');
  expect(String(socket.sent[0]).toLowerCase()).not.toContain('protocol:');
  socket.destroy();
});
