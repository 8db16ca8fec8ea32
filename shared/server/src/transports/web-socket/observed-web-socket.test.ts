import { EventEmitter } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { observe, ObservedWebSocket, type WebSocketObserver } from './observed-web-socket.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Creates an observer that records its calls. */
function createObserver(): { readonly observer: WebSocketObserver; readonly calls: unknown[] } {
  const calls: unknown[] = [];
  const observer = {
    onLibraryError: () => calls.push(['error']),
    onLibraryClose: (code: number) => calls.push(['close', code]),
  };
  return { observer, calls };
}

/** Returns a WebSocket of a server that has no socket yet. */
const createWebSocket = (): ObservedWebSocket =>
  new ObservedWebSocket(null as never, undefined as never, {});

test.each([
  ['an observed WebSocket', createWebSocket],
  ['a WebSocket of the library', () => new EventEmitter() as unknown as WebSocket],
])('the events of %s call the observer', (_name, create) => {
  const webSocket = create();
  const { observer, calls } = createObserver();
  observe(webSocket, observer);
  const results = [
    webSocket.emit('error', new Error('violation')),
    webSocket.emit('close', 1006, Buffer.from('')),
  ];
  expect(results).toEqual([true, true]);
  expect(calls).toEqual([['error'], ['close', 1006]]);
});

test('an observed WebSocket needs no listeners', () => {
  const webSocket = createWebSocket();
  observe(webSocket, createObserver().observer);
  expect(webSocket.eventNames()).toEqual([]);
});

test('an observed WebSocket also calls listeners, and has other events', () => {
  const webSocket = createWebSocket();
  const { observer, calls } = createObserver();
  const listener = vi.fn();
  webSocket.on('close', listener).on('open', listener);
  expect(webSocket.emit('close', 1000)).toBe(true);
  observe(webSocket, observer);
  expect(webSocket.emit('close', 1001)).toBe(true);
  expect(webSocket.emit('error', new Error('violation'))).toBe(true);
  expect(webSocket.emit('open', 'o')).toBe(true);
  expect(webSocket.emit('upgrade')).toBe(false);
  expect(listener.mock.calls.map(([first]) => first as unknown)).toEqual([1000, 1001, 'o']);
  expect(calls).toEqual([['close', 1001], ['error']]);
});

test.each([
  [1002, 1002],
  [1003, 1003],
  [1007, 1007],
  [1008, 1008],
  [1009, 1009],
  [1001, 1000],
  [4000, 1000],
  [undefined, 1000],
])('a close with code %s is sent with code %s', (code, expected) => {
  const close = vi.spyOn(WebSocket.prototype, 'close').mockImplementation(() => undefined);
  createWebSocket().close(code);
  expect(close.mock.calls).toEqual([[expected]]);
});
