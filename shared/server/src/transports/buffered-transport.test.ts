import { expect, test } from 'vitest';
import { PostQueue } from '../connections/post-queue.ts';
import { SharedPayload } from '../connections/shared-payload.ts';
import { LongPollingTransport } from './long-polling.ts';
import { WriteBatcher } from './write-batcher.ts';

/** Creates a transport without a client. Long polling keeps data until the next poll. */
function createTransport(
  limits = { highWaterMark: 10, maximumBufferSize: 100, sendTimeout: 10_000 },
) {
  const batcher = new WriteBatcher();
  const slow: string[] = [];
  const times = { pollTimeout: 10_000, disconnectTimeout: 10_000 };
  const transport = new LongPollingTransport(new PostQueue(0), times, batcher, limits, () =>
    slow.push('slow'),
  );
  const bodies: string[] = [];
  transport.listen({ onReceive: () => undefined, onClose: () => bodies.push('closed') });
  const poll = (): void => {
    let onClose = (): void => undefined;
    const response = {
      on: (name: string, listener: () => void) => name === 'close' && (onClose = listener),
      writeHead: () => undefined,
      end: (body?: Buffer) => bodies.push(body?.toString() ?? ''),
      destroy: () => undefined,
      writableFinished: true,
    };
    transport.poll(response as never);
    onClose();
  };
  poll();
  bodies.length = 0;
  return { transport, batcher, slow, bodies, poll };
}

test('text, bytes and shared payloads of one turn keep their order and are written together', () => {
  const { transport, batcher, bodies, poll } = createTransport();
  transport.send('a');
  transport.send(Buffer.from('b'));
  transport.send(Buffer.from('c'));
  transport.sendShared(new SharedPayload('d'));
  transport.send('e');
  transport.send(Buffer.from('f'));
  batcher.flush();
  poll();
  expect(bodies).toEqual(['abcdef']);
  transport.abort();
});

test('senders wait above the high-water mark until the client has read enough', async () => {
  const { transport, batcher, poll } = createTransport();
  transport.send('x'.repeat(10));
  expect(transport.whenRoom()).toBeUndefined();
  transport.send('x');
  const room = transport.whenRoom();
  expect(room).toBeInstanceOf(Promise);
  batcher.flush();
  poll();
  await room;
  expect(transport.whenRoom()).toBeUndefined();
  transport.abort();
});

test('a buffer over the maximum closes the connection, and senders wait no longer', async () => {
  const { transport, slow, bodies } = createTransport();
  transport.send('x'.repeat(60));
  const room = transport.whenRoom();
  transport.send('x'.repeat(60));
  transport.send('x'.repeat(60));
  await room;
  expect(slow).toEqual(['slow']);
  expect(bodies).toEqual(['closed']);
  transport.send('not delivered');
  expect(transport.whenRoom()).toBeUndefined();
});
