import { expect, test } from 'vitest';
import { PostQueue } from '../connections/post-queue.ts';
import { SharedPayload } from '../connections/shared-payload.ts';
import { LongPollingTransport } from './long-polling.ts';
import { WriteBatcher } from './write-batcher.ts';

/** A transport without a client: long polling keeps what is written until somebody polls. */
function transport(limits = { highWaterMark: 10, maximumBufferSize: 100, sendTimeout: 10_000 }) {
  const batcher = new WriteBatcher();
  const slow: string[] = [];
  const times = { pollTimeout: 10_000, disconnectTimeout: 10_000 };
  const made = new LongPollingTransport(new PostQueue(0), times, batcher, limits, () =>
    slow.push('slow'),
  );
  const bodies: string[] = [];
  made.listen({ onReceive: () => undefined, onClose: () => bodies.push('closed') });
  const poll = (): void => {
    let onClose = (): void => undefined;
    const response = {
      on: (name: string, listener: () => void) => name === 'close' && (onClose = listener),
      writeHead: () => undefined,
      end: (body?: Buffer) => bodies.push(body?.toString() ?? ''),
      destroy: () => undefined,
      writableFinished: true,
    };
    made.poll(response as never);
    onClose();
  };
  poll();
  bodies.length = 0;
  return { made, batcher, slow, bodies, poll };
}

test('text, bytes and shared payloads of one turn keep their order and leave in one write', () => {
  const { made, batcher, bodies, poll } = transport();
  made.send('a');
  made.send(Buffer.from('b'));
  made.send(Buffer.from('c'));
  made.sendShared(new SharedPayload('d'));
  made.send('e');
  made.send(Buffer.from('f'));
  batcher.flush();
  poll();
  expect(bodies).toEqual(['abcdef']);
  made.abort();
});

test('over the mark senders wait until the client has taken enough', async () => {
  const { made, batcher, poll } = transport();
  made.send('x'.repeat(10));
  expect(made.whenRoom()).toBeUndefined();
  made.send('x');
  const room = made.whenRoom();
  expect(room).toBeInstanceOf(Promise);
  batcher.flush();
  poll();
  await room;
  expect(made.whenRoom()).toBeUndefined();
  made.abort();
});

test('a buffer over the maximum closes the connection, and senders wait no longer', async () => {
  const { made, slow, bodies } = transport();
  made.send('x'.repeat(60));
  const room = made.whenRoom();
  made.send('x'.repeat(60));
  made.send('x'.repeat(60));
  await room;
  expect(slow).toEqual(['slow']);
  expect(bodies).toEqual(['closed']);
  made.send('not delivered');
  expect(made.whenRoom()).toBeUndefined();
});
