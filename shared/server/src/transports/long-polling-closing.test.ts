import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  createTransport,
  DISCONNECT_TIMEOUT,
  openTransport,
} from '../testing/fakes/open-long-polling-suite.ts';
import { CLOSE_TIMEOUT } from './buffered-transport.ts';
import { MAXIMUM_SLICE } from './sliced-writer.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('closing sends the waiting data, and the next poll ends the connection', () => {
  const { transport, poll, onClose } = openTransport();
  const response = poll();
  transport.send('last');
  transport.close();
  expect([response.body, onClose.mock.calls]).toEqual(['last', []]);
  const next = poll();
  expect(next.isEnded).toBe(false);
  response.deliver();
  expect([next.status, onClose.mock.calls]).toEqual([204, [[false, false]]]);
  expect(vi.getTimerCount()).toBe(0);
});

test('closing without data ends the open poll', () => {
  const { transport, poll, onClose } = openTransport();
  const response = poll();
  transport.close();
  expect([response.status, onClose.mock.calls]).toEqual([204, [[false, false]]]);
});

test.each([
  [DISCONNECT_TIMEOUT, DISCONNECT_TIMEOUT],
  [CLOSE_TIMEOUT * 2, CLOSE_TIMEOUT],
])('with a disconnect timeout of %i ms, closing takes at most %i ms', (disconnectTimeout, most) => {
  const { transport, onClose } = openTransport({ disconnectTimeout });
  transport.send('not received');
  transport.close();
  vi.advanceTimersByTime(most - 1);
  expect(onClose).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onClose.mock.calls).toEqual([[false, false]]);
});

test('polls do not extend the time limit of closing', () => {
  const { transport, poll, onClose } = openTransport();
  transport.send('not received');
  transport.close();
  vi.advanceTimersByTime(DISCONNECT_TIMEOUT - 1);
  poll().emit('close');
  vi.advanceTimersByTime(1);
  expect(onClose.mock.calls).toEqual([[false, false]]);
});

test('closing does not wait for a response that was written at once', () => {
  const { transport, poll, onClose } = openTransport();
  poll();
  transport.send('x'.repeat(MAXIMUM_SLICE));
  transport.close();
  vi.advanceTimersByTime(DISCONNECT_TIMEOUT);
  expect(onClose.mock.calls).toEqual([[false, false]]);
});

test('closing waits for the end of a large response that is being sent', () => {
  const { transport, poll, onClose } = openTransport();
  const response = poll();
  const text = 'x'.repeat(2 * MAXIMUM_SLICE);
  transport.send(text);
  transport.close();
  vi.advanceTimersByTime(DISCONNECT_TIMEOUT);
  expect(onClose).not.toHaveBeenCalled();
  while (!response.isEnded) response.deliver();
  response.deliver();
  expect([response.body === text, onClose.mock.calls]).toEqual([true, [[false, false]]]);
});

test('what follows a large response is sent, although the response took longer than closing may', () => {
  const { transport, poll, send, onClose } = openTransport();
  const response = poll();
  send('x'.repeat(2 * MAXIMUM_SLICE));
  send('close message');
  transport.close();
  vi.advanceTimersByTime(DISCONNECT_TIMEOUT);
  while (!response.isEnded) response.deliver();
  response.deliver();
  const next = poll();
  expect([next.status, next.body]).toEqual([200, 'close message']);
  next.deliver();
  expect([poll().status, onClose.mock.calls]).toEqual([204, [[false, false]]]);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ['polls no more', true],
  ['cuts off a large response', false],
])('closing ends if a client %s', (_name, isRead) => {
  const { transport, poll, send, onClose } = openTransport();
  const response = poll();
  send('x'.repeat(2 * MAXIMUM_SLICE));
  send('close message');
  transport.close();
  vi.advanceTimersByTime(DISCONNECT_TIMEOUT);
  if (isRead) {
    while (!response.isEnded) response.deliver();
    response.deliver();
    expect(onClose).not.toHaveBeenCalled();
    vi.advanceTimersByTime(DISCONNECT_TIMEOUT);
  } else response.emit('close');
  expect(onClose.mock.calls).toEqual([[false, false]]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a transport that closes before anybody listens leaves no timer, and its client learns it', () => {
  const { transport, poll } = createTransport();
  transport.close();
  expect(vi.getTimerCount()).toBe(0);
  expect(poll().status).toBe(200); // the connection is open
  expect(poll().status).toBe(204);
});
