import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { PostQueue } from './post-queue.ts';

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
