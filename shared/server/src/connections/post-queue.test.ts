import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { BytesInFlight } from '../limits/bytes-in-flight.ts';
import { collectGarbage } from '../testing/memory/collect-garbage.ts';
import { parsedBody, PostQueue } from './post-queue.ts';

/** Returns a request whose body has arrived: nothing more comes, and it has these chunks. */
function requestWith(...chunks: readonly string[]): IncomingMessage {
  const body = new Readable({ read: () => undefined });
  for (const chunk of chunks) body.push(chunk);
  body.push(null);
  return Object.assign(body, { complete: true }) as unknown as IncomingMessage;
}

/** The memory that the process uses after a garbage collection, in bytes. */
function usedMemory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('a body that ends while the connection is paused is delivered when it resumes', async () => {
  const posts = new PostQueue(0);
  const received: string[] = [];
  const onCut = vi.fn();
  posts.open(
    {
      onReceive(chunk) {
        received.push(Buffer.from(chunk).toString());
        posts.pause();
      },
      onClose: () => undefined,
    },
    onCut,
  );
  const results = [posts.read(requestWith('a', 'b', 'c')), posts.read(requestWith('d'))];
  for (let i = 1; i <= 4; i++) {
    await vi.waitFor(() => expect(received).toHaveLength(i));
    // The end of the body and the close of the request are reported meanwhile.
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    posts.resume();
  }
  expect(await Promise.all(results)).toEqual(['read', 'read']);
  expect(received).toEqual(['a', 'b', 'c', 'd']);
  expect(onCut).not.toHaveBeenCalled();
});

/** Opens a queue that collects what it delivers. */
function openQueue(maximumKept: number, bytesInFlight?: BytesInFlight) {
  const posts = new PostQueue(maximumKept);
  const received: string[] = [];
  const onCut = vi.fn();
  const onReceive = (chunk: string | Uint8Array): void =>
    void received.push(Buffer.from(chunk).toString());
  posts.open({ onReceive, onClose: () => undefined }, onCut, bytesInFlight);
  return { posts, received, onCut };
}

/** A request whose body the test writes. */
const unfinishedRequest = (): IncomingMessage & Readable =>
  new Readable({ read: () => undefined }) as unknown as IncomingMessage & Readable;

test('a body that is cut off after a part was delivered closes the connection', async () => {
  const { posts, received, onCut } = openQueue(0);
  const body = unfinishedRequest();
  const result = posts.read(body);
  body.push('a');
  await setImmediate();
  posts.pause();
  body.push('b');
  await setImmediate();
  body.destroy();
  expect([await result, received]).toEqual(['ended', ['a']]);
  expect(onCut).toHaveBeenCalledTimes(1);
});

test('a paused connection answers POSTs that fit, and delivers them when it resumes', async () => {
  const { posts, received } = openQueue(5);
  posts.pause();
  expect(await posts.read(requestWith('ab', 'c'))).toBe('read');
  const onFourth = vi.fn();
  const third = posts.read(requestWith('de', 'f'));
  const fourth = posts.read(requestWith('g')).then(onFourth);
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  expect([received, onFourth.mock.calls]).toEqual([[], []]);
  posts.resume();
  expect(await third).toBe('read');
  await fourth;
  expect(received.join('')).toBe('abcdefg');
});

test('a paused connection keeps no more while the bytes of all connections exceed their limit', async () => {
  const bytesInFlight = new BytesInFlight(3);
  const { posts, received } = openQueue(100, bytesInFlight);
  posts.pause();
  expect(await posts.read(requestWith('abcd'))).toBe('read');
  expect(bytesInFlight.total).toBe(4);
  const result = posts.read(requestWith('e'));
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  expect(bytesInFlight.total).toBe(4);
  posts.resume();
  expect([await result, received, bytesInFlight.total]).toEqual(['read', ['abcd', 'e'], 0]);
  posts.pause();
  await posts.read(requestWith('f'));
  posts.end();
  expect(bytesInFlight.total).toBe(0);
});

test.each([
  ['before the connection opens', (posts: PostQueue) => void posts],
  ['while the connection is paused', (posts: PostQueue) => posts.pause()],
])('of a body that is cut off %s, nothing is delivered', async (_when, prepare) => {
  const posts = new PostQueue(10);
  const received: string[] = [];
  const onCut = vi.fn();
  const open = (): void =>
    posts.open(
      { onReceive: (chunk) => void received.push(chunk.toString()), onClose: () => undefined },
      onCut,
    );
  prepare(posts);
  expect(await posts.read(requestWith('ab'))).toBe('read');
  const body = unfinishedRequest();
  const cut = posts.read(body);
  body.push('cd');
  await setImmediate();
  body.destroy();
  expect(await cut).toBe('ended');
  expect(await posts.read(requestWith('ef'))).toBe('read');
  open();
  posts.resume();
  expect([received, onCut.mock.calls]).toEqual([['abef'], []]);
});

test('kept bytes that pause and resume the connection precede those that follow', async () => {
  const posts = new PostQueue(2);
  const received: string[] = [];
  const onReceive = (chunk: string | Uint8Array): void => {
    const text = chunk.toString();
    received.push(`${text} begins`);
    posts.pause();
    posts.resume();
    received.push(`${text} ends`);
  };
  const results = [posts.read(requestWith('ab')), posts.read(requestWith('cd'))];
  await results[0];
  await setImmediate();
  posts.open({ onReceive, onClose: () => undefined }, () => undefined);
  await results[1];
  expect(received).toEqual(['ab begins', 'ab ends', 'cd begins', 'cd ends']);
});

test('very small chunks take little more memory than their bytes', async () => {
  const posts = new PostQueue(65_536);
  const body = unfinishedRequest();
  void posts.read(body);
  const before = usedMemory();
  for (let i = 0; i < 65_536; i++) {
    body.push(Buffer.from('x'));
    if (i % 1000 === 0) await setImmediate();
  }
  await setImmediate();
  expect(usedMemory() - before).toBeLessThan(1_000_000);
  posts.end();
});

/** Returns a request whose body middleware has read. */
async function parsedRequest(body: unknown, headers: object = {}): Promise<IncomingMessage> {
  const request = requestWith();
  request.resume();
  await vi.waitFor(() => expect(request.readableEnded).toBe(true));
  return Object.assign(request, { body, headers });
}

test('a body that middleware has read is delivered, and waits while the connection is paused', async () => {
  const posts = new PostQueue(0);
  const received: string[] = [];
  posts.open(
    {
      onReceive: (chunk) => void received.push(Buffer.from(chunk).toString()),
      onClose: () => undefined,
    },
    () => undefined,
  );
  expect(await posts.read(await parsedRequest('a'))).toBe('read');
  expect(await posts.read(await parsedRequest(''))).toBe('read');
  posts.pause();
  const result = posts.read(await parsedRequest(Buffer.from('b')));
  expect(received).toEqual(['a']);
  posts.resume();
  expect(await result).toBe('read');
  expect(received).toEqual(['a', 'b']);
  expect(await posts.read(await parsedRequest({ parsed: true }))).toBe('unreadable');
});

test('a body that middleware has read without keeping its bytes is known only if it is empty', async () => {
  const bodyOf = async (body: unknown, length: string): Promise<string | undefined> => {
    const bytes = parsedBody(await parsedRequest(body, { 'content-length': length }));
    return bytes && Buffer.from(bytes).toString();
  };
  expect(await bodyOf({}, '0')).toBe('');
  expect(await bodyOf({}, '2')).toBeUndefined();
  expect(await bodyOf(Buffer.from('a'), '1')).toBe('a');
  expect(await bodyOf('ü', '2')).toBe('ü');
  expect(await bodyOf(Buffer.from([0x80]).toString(), '1')).toBeUndefined();
  const headers = { 'content-length': '23', 'content-encoding': 'gzip' };
  expect(parsedBody(await parsedRequest('a', headers))?.toString()).toBe('a');
});

test('a body with an encoding that other code has set arrives, also while the connection is paused', async () => {
  const { posts, received } = openQueue(10);
  const requests = ['utf8', 'latin1'].map((encoding) => {
    const request = requestWith('Grüße');
    request.setEncoding(encoding as BufferEncoding);
    return request;
  });
  expect(await posts.read(requests[0] as IncomingMessage)).toBe('read');
  posts.pause();
  expect(await posts.read(requests[1] as IncomingMessage)).toBe('read');
  posts.resume();
  expect(received).toEqual(['Grüße', 'Grüße']);
});

test('a request that has been destroyed before it is read does not close the connection', async () => {
  const { posts, received, onCut } = openQueue(0);
  const body = unfinishedRequest();
  body.destroy();
  expect(await posts.read(body)).toBe('ended');
  expect(await posts.read(requestWith('a'))).toBe('read');
  expect([received, onCut.mock.calls]).toEqual([['a'], []]);
});

test('an aborted request of HTTP/2, whose body ends by itself, counts as ended', async () => {
  const { posts, onCut } = openQueue(10);
  const request = Object.assign(await parsedRequest(undefined), { aborted: true });
  expect(await posts.read(request)).toBe('ended');
  expect(onCut).not.toHaveBeenCalled();
});

test('a kept chunk that closes the connection ends its request once', async () => {
  const posts = new PostQueue(0);
  let received = 0;
  posts.open(
    {
      onReceive() {
        received++;
        posts.end();
      },
      onClose: () => undefined,
    },
    () => undefined,
  );
  posts.pause();
  const result = posts.read(requestWith('a'));
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  posts.resume();
  expect([await result, received]).toEqual(['read', 1]);
});

test('a chunk that is too large to be kept waits until the connection is open', async () => {
  const posts = new PostQueue(1);
  const result = posts.read(requestWith('a', 'bc'));
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  posts.pause();
  posts.resume(); // changes nothing before the connection is open
  const received: string[] = [];
  const onReceive = (chunk: string | Uint8Array): void =>
    void received.push(Buffer.from(chunk).toString());
  posts.open({ onReceive, onClose: () => undefined }, vi.fn());
  expect(await result).toBe('read');
  expect(received).toEqual(['a', 'bc']);
});

test.each(['utf8', 'base64'] as const)(
  'a body is delivered as it is if other code has set the encoding %s',
  async (encoding) => {
    const { posts, received } = openQueue(0);
    const request = unfinishedRequest();
    request.setEncoding(encoding);
    const result = posts.read(request);
    for (const chunk of ['aé', 'ß', null]) request.push(chunk);
    expect(await result).toBe('read');
    expect(received.join('')).toBe('aéß');
  },
);
