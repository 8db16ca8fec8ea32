import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { turns } from '../../testing/event-loop.ts';
import { FakeSocket } from '../../testing/fakes/fake-socket.ts';
import { CLOSE_TIMEOUT } from '../buffered-transport.ts';
import { endSocket } from './end-socket.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('the response is sent, and the socket closes when the client closes its side', async () => {
  const socket = new FakeSocket();
  const isClosed = once(socket, 'close');
  endSocket(socket, 'bye');
  socket.push('ignored');
  await turns(2);
  expect([String(socket.sent[0]), socket.readableLength, socket.destroyed]).toEqual([
    'bye',
    0,
    false,
  ]);
  socket.push(null);
  await isClosed;
  expect(vi.getTimerCount()).toBe(0);
});

test('a socket that the client does not close is destroyed after the close timeout', () => {
  const socket = new FakeSocket();
  endSocket(socket);
  vi.advanceTimersByTime(CLOSE_TIMEOUT - 1);
  expect(socket.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(socket.destroyed).toBe(true);
});
