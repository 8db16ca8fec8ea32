import type { WorkerPort } from '@practical-signalr/server/scale-out';
import { expect, test } from 'vitest';
import { causes } from '../causes.ts';
import type { CallMessage, RedisCommand, ToWorker } from './worker-messages.ts';
import { WorkerRedis } from './worker-redis.ts';
import { WorkerRedisClient } from './worker-redis-client.ts';

/** A worker whose primary process is the test. */
function createWorker() {
  const calls: CallMessage[] = [];
  let receive: (message: ToWorker) => void = () => undefined;
  const port = {
    send: (call: CallMessage) => calls.push(call),
    onMessage: (handler: typeof receive) => void (receive = handler),
  } as unknown as WorkerPort;
  const redis = new WorkerRedis(port);
  return {
    redis,
    commands: (): RedisCommand[] => calls.map(({ command }) => command),
    /** Answers all calls so far. */
    reply: (value: unknown): void => {
      for (const { id } of calls.splice(0)) receive({ type: 'reply', id, value });
    },
    receive: (message: ToWorker) => receive(message),
    setState: (isConnected: boolean, cause?: string) =>
      receive({ type: 'state', isConnected, cause }),
  };
}

test('a client is ready while the primary process is connected, and learns why it is not', async () => {
  const { redis, setState } = createWorker();
  const client = new WorkerRedisClient(redis);
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push((error as Error).message));
  const connected = client.connect();
  expect(client.isReady).toBe(false);
  setState(true);
  await connected;
  expect(client.isReady).toBe(true);
  setState(false, 'Redis is gone.');
  setState(false);
  expect(client.isReady).toBe(false);
  expect(errors).toEqual(['Redis is gone.', '']);
  const late = new WorkerRedisClient(redis);
  void late.connect();
  expect(late.isReady).toBe(false);
});

test('a message reaches every client of the worker that has subscribed', async () => {
  const { redis, receive, reply, commands } = createWorker();
  const received: string[] = [];
  const clients = ['a', 'b'].map((name) => {
    const client = new WorkerRedisClient(redis);
    void client.connect();
    const listener = (payload: Buffer): void => void received.push(`${name} ${payload.toString()}`);
    return { client, listener };
  });
  const send = (): void =>
    receive({ type: 'message', channel: 'c', payload: Buffer.from('hello') });
  const subscribed = clients.map(({ client, listener }) => client.subscribe(['c'], listener, true));
  reply(undefined);
  await Promise.all(subscribed);
  send();
  receive({ type: 'message', channel: 'other', payload: Buffer.from('x') });
  expect(received).toEqual(['a hello', 'b hello']);
  const [first, second] = clients;
  await first?.client.unsubscribe(['c'], first.listener, true);
  expect(commands()).toEqual([]); // The other client still needs the channel.
  send();
  expect(received).toEqual(['a hello', 'b hello', 'b hello']);
  second?.client.destroy();
  expect(commands()).toEqual([{ name: 'unsubscribe', channels: ['c'] }]);
});

test('the pending calls of a client that is destroyed reject, those of others do not', async () => {
  const { redis, reply } = createWorker();
  const [closing, staying] = [new WorkerRedisClient(redis), new WorkerRedisClient(redis)];
  void closing?.connect();
  void staying?.connect();
  const lost = closing?.get('key');
  const kept = staying?.get('key');
  closing?.destroy();
  closing?.destroy();
  reply('value');
  await expect(lost).rejects.toThrow(causes.unavailable);
  expect(await kept).toBe('value');
});

test('a client that is not connected refuses every command', async () => {
  const { redis, commands } = createWorker();
  const client = new WorkerRedisClient(redis);
  const listener = (): void => undefined;
  for (const command of [
    () => client.get('key'),
    () => client.publish('c', Buffer.of(1)),
    () => client.subscribe(['c'], listener, true),
    () => client.unsubscribe(['c'], listener, true),
  ])
    await expect(command()).rejects.toThrow(causes.unavailable);
  expect(commands()).toEqual([]);
});

test('a client that is added during an outage learns its cause', async () => {
  const { redis, setState } = createWorker();
  setState(false, 'Redis is gone.');
  const client = new WorkerRedisClient(redis);
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push((error as Error).message));
  void client.connect();
  expect(errors).toEqual(['Redis is gone.']);
});

test('a command that fails rejects with the reply of Redis, or with the cause', async () => {
  const { redis, receive } = createWorker();
  const client = new WorkerRedisClient(redis);
  void client.connect();
  const failed = [client.get('a'), client.get('b')];
  for (const [id, isRefusal] of [
    [1, true],
    [2, false],
  ] as const)
    receive({ type: 'failure', id, failure: { isRefusal, message: `reply ${id}` } });
  await expect(failed[0]).rejects.toMatchObject({ name: 'Error', message: 'reply 1' });
  await expect(failed[1]).rejects.toThrow('reply 2');
});
