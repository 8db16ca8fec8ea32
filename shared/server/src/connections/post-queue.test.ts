import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { parsedBody, PostQueue } from './post-queue.ts';

/** Returns a request whose body has arrived: nothing more comes, and it has these chunks. */
function requestWith(...chunks: readonly string[]): IncomingMessage {
  const body = new Readable({ read: () => undefined });
  for (const chunk of chunks) body.push(chunk);
  body.push(null);
  return Object.assign(body, { complete: true }) as unknown as IncomingMessage;
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

test('a body that is cut off while the connection is paused closes the connection', async () => {
  const posts = new PostQueue(0);
  const onCut = vi.fn();
  posts.open({ onReceive: () => posts.pause(), onClose: () => undefined }, onCut);
  const body = new Readable({ read: () => undefined });
  const result = posts.read(body as unknown as IncomingMessage);
  body.push('a');
  body.push('b');
  await setImmediate();
  body.destroy();
  expect(await result).toBe('ended');
  expect(onCut).toHaveBeenCalledTimes(1);
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
});

test('a request that has been destroyed before it is read closes the connection', async () => {
  const posts = new PostQueue(0);
  const onCut = vi.fn();
  posts.open({ onReceive: () => undefined, onClose: () => undefined }, onCut);
  const body = new Readable({ read: () => undefined });
  body.destroy();
  expect(await posts.read(body as unknown as IncomingMessage)).toBe('ended');
  expect(onCut).toHaveBeenCalledTimes(1);
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
