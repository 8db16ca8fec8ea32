import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { turns } from '../testing/event-loop.ts';
import { clientFrame, CLOSE, TEXT } from '../testing/fakes/client-frame.ts';
import { FakeSocket } from '../testing/fakes/fake-socket.ts';
import { openWebSocket, upgradeRequest } from '../testing/fakes/open-web-socket.ts';
import { CLOSE_TIMEOUT } from './buffered-transport.ts';
import { createWebSocketUpgrader } from './web-socket-upgrade.ts';

const NORMAL_CLOSE = Buffer.from([0x88, 2, 0x03, 0xe8]);

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

test('a transport that is paused within a chunk continues with the rest', async () => {
  const { socket, transport, messages } = openWebSocket();
  const push = messages.push.bind(messages);
  messages.push = (message) => {
    transport.pause();
    return push(message);
  };
  socket.push(Buffer.concat(['a', 'b'].map((text) => clientFrame(TEXT, text))));
  await turns(2);
  expect([...messages]).toEqual(['a']);
  transport.resume();
  expect([...messages]).toEqual(['a', 'b']);
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

test('a subprotocol that the client offers is not confirmed', () => {
  const socket = new FakeSocket();
  const request: IncomingMessage = upgradeRequest({ 'sec-websocket-protocol': 'chat' });
  const { headers } = request; // the hub has them already
  const onOpen = vi.fn();
  createWebSocketUpgrader()({ request, socket, head: Buffer.alloc(0) }, onOpen);
  expect(onOpen).toHaveBeenCalledTimes(1);
  expect(headers['sec-websocket-protocol']).toBe('chat');
  expect(String(socket.sent[0])).toContain('101 Switching Protocols');
  expect(String(socket.sent[0]).toLowerCase()).not.toContain('protocol:');
  socket.destroy();
});
