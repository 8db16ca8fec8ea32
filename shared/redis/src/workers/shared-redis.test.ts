import type { WorkerPort } from '@practical-signalr/server/scale-out';
import { expect, test } from 'vitest';
import { redis } from '../redis.ts';
import { RecordingRedis } from '../testing/recording-redis.ts';

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

test('workers whose channel Redis refuses learn that, and can subscribe later', async () => {
  const recording = new RecordingRedis();
  recording.refusedChannels.add('c');
  const shared = redis({ client: recording.client }).sharing?.open();
  const workers = [0, 1].map(() => {
    const received: unknown[] = [];
    let call: (command: object) => void = () => undefined;
    const port = {
      send: (message: unknown) => received.push(message),
      onMessage: (listener: (message: unknown) => void) => {
        call = (command) => listener({ type: 'call', id: 1, command });
      },
    };
    shared?.addWorker(port as unknown as WorkerPort);
    return { received, call: (command: object) => call(command) };
  });
  const newest = (): unknown[] => workers.map(({ received }) => received.at(-1));
  await expect.poll(newest).toMatchObject([{ isConnected: true }, { isConnected: true }]);
  const subscribe = { name: 'subscribe', channels: ['c'] };
  for (const { call } of workers) call(subscribe);
  const failure = { type: 'failure', failure: { isRefusal: true } };
  await expect.poll(newest).toMatchObject([failure, failure]);
  recording.refusedChannels.clear();
  workers[1]?.call(subscribe);
  await expect.poll(newest).toMatchObject([failure, { type: 'reply' }]);
  await recording.client.publish('c', Buffer.from('hello'));
  await expect.poll(newest).toMatchObject([failure, { type: 'message', channel: 'c' }]);
  await shared?.close();
});
