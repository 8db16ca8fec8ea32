import { vi } from 'vitest';
import { PostQueue } from '../../connections/post-queue.ts';
import { LongPollingTransport } from '../../transports/long-polling.ts';
import { WriteBatcher } from '../../transports/write-batcher.ts';
import { FakeResponse } from './fake-response.ts';

export const POLL_TIMEOUT = 2000;
export const DISCONNECT_TIMEOUT = 4000;

/** Creates a transport whose client is the test. */
export function createTransport({
  disconnectTimeout = DISCONNECT_TIMEOUT,
  highWaterMark = 10,
} = {}) {
  const posts = new PostQueue(1000);
  const batcher = new WriteBatcher();
  const transport = new LongPollingTransport(
    posts,
    { pollTimeout: POLL_TIMEOUT, disconnectTimeout },
    batcher,
    { highWaterMark, maximumBufferSize: 1_000_000, sendTimeout: 100_000 },
    () => undefined,
  );
  const received: string[] = [];
  const onClose = vi.fn();
  const listen = (): void =>
    transport.listen({ onReceive: (chunk) => received.push(chunk.toString()), onClose });
  const poll = (): FakeResponse => {
    const response = new FakeResponse();
    transport.poll(response.asServerResponse());
    return response;
  };
  const send = (...payloads: (string | Uint8Array)[]): void => {
    for (const payload of payloads) transport.send(payload);
    batcher.flush();
  };
  return { transport, posts, batcher, received, onClose, listen, poll, send };
}

/** Creates a transport whose client has made the first poll. */
export function openTransport(options = {}) {
  const opened = createTransport(options);
  opened.listen();
  opened.poll().deliver();
  return opened;
}
