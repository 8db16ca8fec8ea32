import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SharedPayload } from '../connections/shared-payload.ts';
import {
  createTransport,
  DISCONNECT_TIMEOUT,
  openTransport,
  POLL_TIMEOUT,
} from '../testing/fakes/open-long-polling-suite.ts';
import { MAXIMUM_SLICE } from './sliced-writer.ts';

const noCache = {
  'Cache-Control': 'no-cache, no-store',
  Pragma: 'no-cache',
  Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
};
const withData = { 'Content-Type': 'application/octet-stream', ...noCache };
const withoutData = { 'Content-Type': 'text/plain', ...noCache };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('the first poll is answered at once, with the headers of data', () => {
  const { transport, listen, poll } = createTransport();
  listen();
  const first = poll();
  expect([transport.name, transport.hasInherentKeepAlive]).toEqual(['LongPolling', true]);
  expect([first.status, first.body, first.isEnded]).toEqual([200, '', true]);
  expect(first.headers).toEqual({ ...withData, 'Content-Length': 0 });
  transport.abort();
});

test('a poll waits for data and is answered with all of it, without framing', () => {
  const { transport, poll, send } = openTransport();
  const response = poll();
  expect(response.status).toBeUndefined();
  const bytes = Buffer.from('-four-').subarray(1, 5);
  transport.send('one');
  transport.sendShared(new SharedPayload('two'));
  transport.sendShared(new SharedPayload(bytes));
  send(Buffer.from('five'), Buffer.from('six'));
  expect([response.status, response.body]).toEqual([200, 'onetwofourfivesix']);
  expect(response.headers).toEqual({ ...withData, 'Content-Length': 17 });
  transport.abort();
});

test('data of several turns waits for the next poll', () => {
  const { transport, poll, send } = openTransport();
  send('one');
  send('two');
  expect(poll().body).toBe('onetwo');
  transport.abort();
});

test('another poll ends the open one without data', () => {
  const { transport, poll, send } = openTransport();
  const earlier = poll();
  const later = poll();
  expect([earlier.status, earlier.headers]).toEqual([204, withoutData]);
  earlier.deliver();
  send('data');
  expect([earlier.body, later.body]).toEqual(['', 'data']);
  transport.abort();
});

test('a poll without data ends after the poll timeout, and the client may poll again', () => {
  const { transport, poll, send, onClose } = openTransport();
  const response = poll();
  vi.advanceTimersByTime(POLL_TIMEOUT - 1);
  expect(response.isEnded).toBe(false);
  vi.advanceTimersByTime(1);
  expect([response.status, response.body]).toEqual([200, '']);
  expect(response.headers).toEqual({ ...withoutData, 'Content-Length': 0 });
  response.deliver();
  vi.advanceTimersByTime(DISCONNECT_TIMEOUT - 1);
  const next = poll();
  send('data');
  expect([next.body, onClose.mock.calls]).toEqual(['data', []]);
  transport.abort();
});

test.each([
  ['after the first poll', (): void => undefined],
  ['after an empty poll', (): void => void vi.advanceTimersByTime(POLL_TIMEOUT)],
])('a client that stays away %s is removed after the disconnect timeout', (name, wait) => {
  const { transport, poll, onClose } = openTransport();
  if (name === 'after an empty poll') poll();
  wait();
  vi.advanceTimersByTime(DISCONNECT_TIMEOUT - 1);
  expect(onClose).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onClose.mock.calls).toEqual([[false, true]]);
  expect(vi.getTimerCount()).toBe(0);
  transport.send('ignored');
  expect(poll().status).toBe(204);
});

test('a client whose poll is cut off is removed after the disconnect timeout', () => {
  const { poll, onClose } = openTransport();
  const response = poll();
  response.emit('error', new Error('The client has reset the connection.'));
  vi.advanceTimersByTime(1000);
  response.emit('close');
  vi.advanceTimersByTime(DISCONNECT_TIMEOUT - 1);
  expect(onClose).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onClose.mock.calls).toEqual([[false, true]]);
  expect(response.isEnded).toBe(false);
});

test('the disconnect timeout starts again when the client has received the data', () => {
  const { poll, send, onClose } = openTransport();
  const response = poll();
  send('data');
  vi.advanceTimersByTime(DISCONNECT_TIMEOUT - 1);
  response.deliver();
  vi.advanceTimersByTime(DISCONNECT_TIMEOUT - 1);
  expect(onClose).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onClose.mock.calls).toEqual([[false, true]]);
});

test('a response that the client did not receive is sent again, before newer data', () => {
  const { transport, poll, send } = openTransport();
  const lost = poll();
  send('one');
  const next = poll();
  send('two');
  expect([lost.body, next.body]).toEqual(['one', '']);
  lost.emit('close');
  expect(next.body).toBe('onetwo');
  transport.abort();
});

test('a response that the client has received is not sent again', () => {
  const { transport, poll, send } = openTransport();
  const first = poll();
  send('one');
  first.deliver();
  first.emit('close');
  const next = poll();
  send('two');
  expect(next.body).toBe('two');
  transport.abort();
});

test('a poll that opens before the client has received the data has its own timeout', () => {
  const { transport, poll, send, onClose } = openTransport();
  const first = poll();
  send('data');
  const next = poll();
  first.deliver();
  vi.advanceTimersByTime(POLL_TIMEOUT - 1);
  expect(next.isEnded).toBe(false);
  vi.advanceTimersByTime(1);
  expect([next.status, onClose.mock.calls]).toEqual([200, []]);
  transport.abort();
});

test('senders wait until the client has received the response', async () => {
  const { transport, poll, send } = openTransport();
  const { progress } = transport;
  send('more than ten bytes');
  const room = transport.whenRoom();
  expect(room).toBeInstanceOf(Promise);
  const response = poll();
  expect(transport.whenRoom()).toBeInstanceOf(Promise);
  response.deliver();
  await room;
  expect(transport.whenRoom()).toBeUndefined();
  expect(transport.progress).not.toBe(progress);
  transport.abort();
});

test('a body of the size of a slice is written at once', () => {
  const { transport, poll, send } = openTransport();
  const response = poll();
  send('x'.repeat(MAXIMUM_SLICE));
  expect([response.writes.length, response.isEnded]).toEqual([1, true]);
  expect(response.body).toHaveLength(MAXIMUM_SLICE);
  transport.abort();
});

test('a large body is written in slices while the client reads', () => {
  const { transport, poll, send, onClose } = openTransport();
  const response = poll();
  const text = 'x'.repeat(MAXIMUM_SLICE);
  send(text, 'end');
  expect(response.headers).toEqual({ ...withData, 'Content-Length': text.length + 3 });
  expect([response.status, response.body.length, response.isEnded]).toEqual([
    200,
    text.length,
    false,
  ]);
  const { progress } = transport;
  vi.advanceTimersByTime(DISCONNECT_TIMEOUT - 1);
  response.deliver();
  expect(transport.progress).not.toBe(progress);
  expect([response.body, response.isEnded]).toEqual([`${text}end`, true]);
  vi.advanceTimersByTime(DISCONNECT_TIMEOUT - 1);
  expect(onClose).not.toHaveBeenCalled();
  response.deliver();
  expect(transport.whenRoom()).toBeUndefined();
  transport.abort();
});

test('a large body that is cut off is sent again completely', () => {
  const { transport, poll, send } = openTransport();
  const lost = poll();
  const text = 'x'.repeat(2 * MAXIMUM_SLICE);
  send(text);
  const written = lost.body.length;
  lost.emit('close');
  lost.deliver();
  expect(lost.body).toHaveLength(written);
  const next = poll();
  expect([next.headers['Content-Length'], next.isEnded]).toEqual([text.length, false]);
  while (!next.isEnded) next.deliver();
  expect(next.body).toBe(text);
  transport.abort();
});

test('abort ends the open poll, the POSTs and the response that is being sent', async () => {
  const { transport, posts, poll, send, onClose } = openTransport();
  const sent = poll();
  send('more than ten bytes');
  const room = transport.whenRoom();
  const waiting = poll();
  const post = posts.read(new PassThrough() as unknown as IncomingMessage);
  transport.abort();
  expect([waiting.status, waiting.headers, waiting.body]).toEqual([204, withoutData, '']);
  expect(sent.destroyed).toBe(true);
  await room;
  expect(await post).toBe('ended');
  transport.abort();
  expect(onClose.mock.calls).toEqual([[false, false]]);
  expect(vi.getTimerCount()).toBe(0);
  const late = poll();
  expect([late.status, late.headers, late.body]).toEqual([204, withoutData, '']);
});

test('POSTs arrive, except while the transport is paused', async () => {
  const { transport, posts, received } = openTransport();
  const first = new PassThrough();
  const isFirstRead = posts.read(first as unknown as IncomingMessage);
  first.end('first');
  expect(await isFirstRead).toBe('read');
  transport.pause();
  const second = new PassThrough();
  const isSecondRead = posts.read(second as unknown as IncomingMessage);
  second.end('second');
  expect(await isSecondRead).toBe('read');
  expect(received).toEqual(['first']);
  const large = new PassThrough();
  const isPaused = once(large, 'pause');
  const isLargeRead = posts.read(large as unknown as IncomingMessage);
  large.end('x'.repeat(1000));
  await isPaused;
  transport.resume();
  expect(await isLargeRead).toBe('read');
  expect(received).toEqual(['first', 'second', 'x'.repeat(1000)]);
  transport.abort();
});

test('a POST that is cut off closes the connection', async () => {
  const { posts, onClose } = openTransport();
  const post = new PassThrough();
  const result = posts.read(post as unknown as IncomingMessage);
  post.write('half a mess');
  await setImmediate();
  post.destroy();
  expect(await result).toBe('ended');
  expect(onClose.mock.calls).toEqual([[false, false]]);
});

test('before the transport listens, only the first poll is answered with status 200', () => {
  const { transport, poll } = createTransport();
  expect(poll().status).toBe(200);
  const second = poll();
  expect([second.status, second.headers]).toEqual([204, withoutData]);
  expect(vi.getTimerCount()).toBe(0);
  transport.abort();
});
