import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { PostQueue } from '../connections/post-queue.ts';
import { FakeResponse } from '../testing/fakes/fake-response.ts';
import { CLOSE_TIMEOUT } from './buffered-transport.ts';
import { preventCompression, ServerSentEventsTransport } from './server-sent-events.ts';
import { WriteBatcher } from './write-batcher.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** Creates a transport whose client is the test. */
function createTransport(response = new FakeResponse()) {
  const posts = new PostQueue(1000);
  const batcher = new WriteBatcher();
  const limits = { highWaterMark: 10, maximumBufferSize: 1_000_000, sendTimeout: 10_000 };
  const transport = new ServerSentEventsTransport(
    response.asServerResponse(),
    posts,
    batcher,
    limits,
    () => undefined,
  );
  const received: string[] = [];
  const onClose = vi.fn();
  transport.listen({ onReceive: (chunk) => received.push(chunk.toString()), onClose });
  return { transport, response, posts, batcher, received, onClose };
}

/** A POST whose body the test writes. */
const createPost = (): PassThrough & IncomingMessage =>
  new PassThrough() as unknown as PassThrough & IncomingMessage;

test('the response has the headers of an event stream that nothing caches or buffers', () => {
  const { transport, response } = createTransport();
  expect([transport.name, response.status]).toEqual(['ServerSentEvents', 200]);
  expect(response.headers).toEqual({
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache,no-store',
    Pragma: 'no-cache',
    'Content-Encoding': 'identity',
    'X-Accel-Buffering': 'no',
  });
  expect(response.body).toBe(':\r\n');
  transport.abort();
});

test('payloads of bytes of one turn are one event', () => {
  const { transport, response, batcher } = createTransport();
  transport.send(Buffer.from('one '));
  transport.send(Buffer.from('two'));
  batcher.flush();
  transport.send('three');
  batcher.flush();
  expect(response.writes).toEqual([':\r\n', 'data: one two\r\n\r\n', 'data: three\r\n\r\n']);
  transport.abort();
});

test('senders wait while the client does not read, and continue when it has read', async () => {
  const { transport, response, batcher } = createTransport();
  response.deliver();
  const { progress } = transport;
  transport.send('more than ten bytes');
  batcher.flush();
  const room = transport.whenRoom();
  expect(room).toBeInstanceOf(Promise);
  response.deliver();
  await room;
  expect(transport.whenRoom()).toBeUndefined();
  expect(transport.progress).not.toBe(progress);
  transport.abort();
});

test('a large message is written while the client reads it, and the response ends after it', () => {
  const { transport, response } = createTransport();
  transport.send('x'.repeat(100_000));
  transport.close();
  expect([response.body.length < 100_000, response.isEnded]).toEqual([true, false]);
  response.deliver();
  expect(response.body).toBe(`:\r\ndata: ${'x'.repeat(100_000)}\r\n\r\n`);
  expect(response.isEnded).toBe(true);
  response.deliver();
});

test('POSTs arrive, except while the transport is paused', async () => {
  const { transport, posts, received } = createTransport();
  const first = createPost();
  const isRead = posts.read(first);
  first.end('first');
  expect(await isRead).toBe('read');
  transport.pause();
  const second = createPost();
  const isSecondRead = posts.read(second);
  second.end('second');
  expect(await isSecondRead).toBe('read');
  expect(received).toEqual(['first']);
  const large = createPost();
  const isPaused = once(large, 'pause');
  const isLargeRead = posts.read(large);
  large.end('x'.repeat(1000));
  await isPaused;
  transport.resume();
  expect(await isLargeRead).toBe('read');
  expect(received).toEqual(['first', 'second', 'x'.repeat(1000)]);
  transport.abort();
});

test('a POST that is cut off closes the connection', async () => {
  const { response, posts, onClose } = createTransport();
  const isClosed = once(response, 'close');
  const post = createPost();
  const result = posts.read(post);
  post.write('half a mess');
  post.destroy();
  expect(await result).toBe('ended');
  expect(response.destroyed).toBe(true);
  await isClosed;
  expect(onClose).toHaveBeenCalledTimes(1);
});

test('when the response closes, senders wait no longer and open POSTs end', async () => {
  const { transport, response, posts, batcher, onClose } = createTransport();
  transport.send('more than ten bytes');
  batcher.flush();
  const room = transport.whenRoom();
  const post = posts.read(createPost());
  response.emit('error', new Error('The client has reset the connection.'));
  expect(onClose).not.toHaveBeenCalled();
  response.emit('close');
  await room;
  expect([await post, await posts.read(createPost())]).toEqual(['ended', 'ended']);
  expect(onClose).toHaveBeenCalledTimes(1);
});

test('after abort, nothing is sent and nobody waits', () => {
  const { transport, response, batcher } = createTransport();
  transport.send('more than ten bytes');
  transport.abort();
  batcher.flush();
  expect([response.body, response.destroyed]).toEqual([':\r\n', true]);
  expect(transport.whenRoom()).toBeUndefined();
});

test('abort closes the connection once, also if the response reports nothing', () => {
  const { transport, response, onClose } = createTransport();
  response.destroy = () => undefined;
  transport.abort();
  expect(onClose).toHaveBeenCalledTimes(1);
  response.emit('close');
  expect(onClose).toHaveBeenCalledTimes(1);
});

test('a stream of HTTP/2 that is aborted and does not close ends the connection', () => {
  const stream = new EventEmitter();
  const { transport, onClose } = createTransport(Object.assign(new FakeResponse(), { stream }));
  stream.emit('aborted');
  expect(onClose).toHaveBeenCalledTimes(1);
  transport.abort();
  expect(onClose).toHaveBeenCalledTimes(1);
});

test('a response that the client does not close is aborted after the close timeout', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const { transport, response } = createTransport();
  response.deliver();
  transport.close();
  expect(response.isEnded).toBe(true);
  vi.advanceTimersByTime(CLOSE_TIMEOUT - 1);
  expect(response.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(response.destroyed).toBe(true);
});

test('a response that the client closes in time leaves no timer', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const { transport, response } = createTransport();
  response.deliver();
  transport.close();
  response.deliver();
  expect(vi.getTimerCount()).toBe(0);
});

test('other middleware sees a request without compression, and may replace its headers', () => {
  const headers = { accept: 'text/event-stream', 'accept-encoding': 'gzip' };
  // Requests of HTTP/2 have a getter only.
  const request = Object.create({
    get headers() {
      return headers;
    },
  }) as { headers: object };
  preventCompression(request as IncomingMessage);
  expect(request.headers).toEqual({ accept: 'text/event-stream', 'accept-encoding': 'identity' });
  expect(headers['accept-encoding']).toBe('gzip');
  request.headers = { accept: 'text/html' };
  expect(request.headers).toEqual({ accept: 'text/html' });
  Object.defineProperty(request, 'headers', { get: () => ({}) });
  expect(request.headers).toEqual({});
});
