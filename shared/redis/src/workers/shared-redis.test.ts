import type { WorkerPort } from '@practical-signalr/server/scale-out';
import { expect, test } from 'vitest';
import { redis } from '../redis.ts';

test('a worker that is added during an outage learns its cause at once', async () => {
  // Nothing listens on port 1.
  const shared = redis({ url: 'redis://127.0.0.1:1' }).sharing?.open();
  const addWorker = (): unknown[] => {
    const received: unknown[] = [];
    const port = { send: (message: unknown) => received.push(message), onMessage: () => undefined };
    shared?.addWorker(port as unknown as WorkerPort);
    return received;
  };
  const first = addWorker();
  expect(first).toEqual([]); // The connection is not known to be lost yet.
  const outage = { type: 'state', isConnected: false, cause: expect.any(String) as string };
  await expect.poll(() => first[0]).toEqual(outage);
  expect(addWorker()).toEqual([outage]);
  await shared?.close();
});
