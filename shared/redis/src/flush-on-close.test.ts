import { LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import { afterEach, expect, test, vi } from 'vitest';
import { type RedisServerProcess, startRedisServer } from './local/index.ts';
import { redis } from './redis.ts';
import { LoggedHub } from './testing/logged-hub.ts';
import { RecordingRedis } from './testing/recording-redis.ts';
import { hasRedisServer } from './testing/redis-server-installed.ts';
import { TestServer } from './testing/server-pair.ts';

const cleanups: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

async function startServers(): Promise<{ redisServer: RedisServerProcess; receiver: TestServer }> {
  const redisServer = await startRedisServer();
  cleanups.push(() => redisServer.close());
  const receiver = new TestServer('bob', { url: redisServer.url });
  cleanups.push(() => receiver.close());
  await receiver.connect();
  await receiver.log.logged(/over Redis/);
  return { redisServer, receiver };
}

test.skipIf(!hasRedisServer).each(['local', 'fail'] as const)(
  'close() delivers every send that was awaited before, whileDisconnected: %s',
  async (whileDisconnected) => {
    const { redisServer, receiver } = await startServers();
    const sender = redis({ url: redisServer.url, whileDisconnected })(new LoggedHub().hub);
    const numbers = Array.from({ length: 500 }, (_, i) => i);
    const text = 'x'.repeat(2000);
    for (const i of numbers) await sender.sendAll('m', [i, text]);
    await sender.close?.();
    const received: unknown[] = [];
    while (received.length < numbers.length) {
      const message = await receiver.client.next();
      received.push(message.arguments[0]);
    }
    expect(received).toEqual(numbers);
  },
);

/** Starts a server on a Redis that confirms a publish only when the test says so. */
async function startWithUnconfirmedPublishes() {
  const recording = new RecordingRedis();
  const manager = redis({ client: recording.client })(new LoggedHub().hub);
  await manager.onConnected(new LifetimeSuiteClient('ann'));
  const confirm = recording.holdConfirmations();
  return { manager, confirm };
}

test('close() waits until Redis has confirmed every message', async () => {
  const { manager, confirm } = await startWithUnconfirmedPublishes();
  await manager.sendAll('m', [1]);
  let isClosed = false;
  const closing = manager.close?.().then(() => (isClosed = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(false);
  confirm();
  await closing;
  expect(manager.health?.().data['state']).toBe('closed');
});

test('close() rejects with the number of messages that Redis did not confirm in time', async () => {
  const { manager } = await startWithUnconfirmedPublishes();
  for (let i = 0; i < 3; i++) await manager.sendAll('m', [i]);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const closing = expect(manager.close?.()).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_NOT_FLUSHED',
    message: expect.stringContaining('did not confirm 3 messages') as string,
  });
  await vi.advanceTimersByTimeAsync(5000);
  await closing;
  expect(manager.health?.().data['state']).toBe('closed');
});
