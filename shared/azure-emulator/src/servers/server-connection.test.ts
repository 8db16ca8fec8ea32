import { EventEmitter } from 'node:events';
import {
  ServiceMessageType as Type,
  writeServiceMessage,
} from '@practical-signalr/azure/service-protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import type { EmulatedClient } from '../clients/emulated-client.ts';
import { ServerConnection } from './server-connection.ts';

/** A WebSocket of a server that reads nothing until `read` or `readFirst` is called. */
class UnreadWebSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  bufferedAmount = 0;
  isTerminated = false;
  readonly #written: (() => void)[] = [];
  readonly #sizes: number[] = [];

  send(bytes: Uint8Array, onWritten: () => void): void {
    this.bufferedAmount += bytes.length;
    this.#sizes.push(bytes.length);
    this.#written.push(onWritten);
  }
  read(): void {
    this.bufferedAmount = 0;
    for (const onWritten of this.#written.splice(0)) onWritten();
  }
  /** Reads the first of the writes. */
  readFirst(): void {
    this.bufferedAmount -= this.#sizes.shift() ?? 0;
    this.#written.shift()?.();
  }
  close(): void {
    this.emit('close');
  }
  terminate(): void {
    this.isTerminated = true;
    this.emit('close');
  }
}

let webSocket: UnreadWebSocket;
let connection: ServerConnection;
let closed: boolean[];
beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setInterval', 'clearInterval', 'setImmediate', 'Date', 'performance'],
  });
  webSocket = new UnreadWebSocket();
  closed = [];
  connection = new ServerConnection(webSocket as unknown as WebSocket, 'server', 'id', 5000, {
    onOpen: () => undefined,
    onMessage: () => undefined,
    onClosed: (wasOpen) => closed.push(wasOpen),
  });
  webSocket.emit(
    'message',
    writeServiceMessage({
      type: Type.HandshakeRequest,
      version: 1,
      connectionType: 0,
      target: '',
      migrationLevel: 0,
    }),
  );
});
afterEach(() => {
  connection.drop();
  vi.useRealTimers();
});

const megabytes = (count: number) =>
  ({
    type: Type.ConnectionData,
    connectionId: 'c',
    payload: new Uint8Array(count * 1024 * 1024),
  }) as const;

/** A client that reports whether it is read. */
function fakeClient(): { readonly client: EmulatedClient; readonly isPaused: () => boolean } {
  let isPaused = false;
  const pause = (): void => void (isPaused = true);
  const resume = (): void => void (isPaused = false);
  return {
    client: { transport: { pause, resume } } as unknown as EmulatedClient,
    isPaused: () => isPaused,
  };
}

test('a server that sends nothing for 30 seconds is disconnected, one that sends pings is not', () => {
  for (let seconds = 0; seconds < 60; seconds += 10) {
    vi.advanceTimersByTime(10_000);
    webSocket.emit('message', writeServiceMessage({ type: Type.Ping, messages: [] }));
  }
  expect(webSocket.isTerminated).toBe(false);
  vi.advanceTimersByTime(30_000);
  expect(webSocket.isTerminated).toBe(false);
  vi.advanceTimersByTime(5000);
  expect(webSocket.isTerminated).toBe(true);
  expect(closed).toEqual([true]);
});

test('the time in which the process slept is not silence of the server', () => {
  vi.advanceTimersByTime(4000);
  const sleep = Date.now() + 3_600_000;
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 3_600_000);
  vi.setSystemTime(sleep);
  vi.advanceTimersByTime(1000);
  expect(webSocket.isTerminated).toBe(false);
});

test('a paused client is read again when its server has read, not before', () => {
  const { client, isPaused } = fakeClient();
  connection.send(megabytes(2));
  expect(connection.isFull).toBe(true);
  connection.hold(client);
  vi.runOnlyPendingTimers();
  expect(isPaused()).toBe(true);
  webSocket.read();
  expect(connection.isFull).toBe(false);
  expect(isPaused()).toBe(false);
});

test('a paused client is not read while the rest for its server is too much', () => {
  const { client, isPaused } = fakeClient();
  connection.send(megabytes(3));
  connection.hold(client);
  vi.runOnlyPendingTimers();
  webSocket.readFirst(); // the answer to the handshake and the first MB
  expect([connection.isFull, isPaused()]).toEqual([true, true]);
  webSocket.read();
  expect(isPaused()).toBe(false);
});

test('a server gets pings after the handshake, not before', () => {
  const opening = new UnreadWebSocket();
  const socket = opening as unknown as WebSocket;
  const onClosed = vi.fn<(wasOpen: boolean) => void>();
  const events = { onOpen: () => undefined, onMessage: () => undefined, onClosed };
  new ServerConnection(socket, 'other', 'id', 5000, events);
  vi.advanceTimersByTime(10_000);
  expect(opening.bufferedAmount).toBe(0);
  const before = webSocket.bufferedAmount;
  vi.advanceTimersByTime(10_000);
  expect(webSocket.bufferedAmount).toBeGreaterThan(before);
  opening.terminate();
  expect(onClosed).toHaveBeenCalledWith(false);
});

test('a paused client that moves to another server is read again', () => {
  const { client, isPaused } = fakeClient();
  connection.hold(client);
  connection.forget(client);
  expect(isPaused()).toBe(false);
});

test('a server that does not read is disconnected beyond 64 MB', () => {
  for (let i = 0; i < 4; i++) connection.send(megabytes(15));
  expect(webSocket.isTerminated).toBe(false);
  connection.send(megabytes(15));
  expect(webSocket.isTerminated).toBe(true);
});
