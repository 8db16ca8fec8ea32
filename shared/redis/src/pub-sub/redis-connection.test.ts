import { SimpleError } from '@redis/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type RedisOptions, resolveRedisOptions } from '../redis-options.ts';
import { redis } from '../redis.ts';
import { LoggedHub } from '../testing/logged-hub.ts';
import { RecordingRedis } from '../testing/recording-redis.ts';
import { RedisConnection } from './redis-connection.ts';

let recording: RecordingRedis;
let log: LoggedHub;
const cleanups: (() => unknown)[] = [];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  recording = new RecordingRedis();
  log = new LoggedHub();
});
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
  vi.useRealTimers();
});

function start(options: RedisOptions = {}) {
  const manager = redis({ client: recording.client, ...options })(log.hub);
  cleanups.push(() => manager.close?.());
  return {
    manager,
    advance: (ms: number) => vi.advanceTimersByTimeAsync(ms),
    state: () => manager.health?.().data['state'],
  };
}

test('if Redis is silent when a server subscribes for the first time, the server connects again', async () => {
  recording.holdsSubscriptions = true;
  const { advance, state } = start();
  await advance(4000);
  expect(state()).toBe('connecting');
  recording.holdsSubscriptions = false; // The earlier commands still get no reply.
  await advance(2000);
  expect(log.matching(/silent for 5000 ms/)).toHaveLength(1);
  expect(state()).toBe('connected');
});

test('if Redis is silent when a server restores its subscriptions, the server connects again', async () => {
  const { advance, state } = start();
  await advance(0);
  expect(state()).toBe('connected');
  recording.losesMessages = true; // The next heartbeat does not arrive, so the clients are replaced.
  recording.holdsSubscriptions = true;
  await advance(6000);
  expect(state()).toBe('disconnected');
  await advance(4000);
  expect(recording.heldSubscriptions).not.toEqual([]);
  recording.losesMessages = false;
  recording.holdsSubscriptions = false;
  await advance(2000);
  expect(state()).toBe('connected');
  expect(log.matching(/does not reach/)).toHaveLength(1);
});

test('a Redis that confirms one subscription after another is not silent', async () => {
  recording.holdsSubscriptions = true;
  const { advance, state } = start({ shardedPubSub: true });
  await advance(0);
  const count = recording.heldSubscriptions.length;
  expect(count).toBeGreaterThan(2);
  for (const confirm of recording.heldSubscriptions.slice(0, count)) {
    await advance(4000);
    confirm();
  }
  await advance(0);
  expect(log.matching(/does not reach/)).toEqual([]);
  expect(recording.heldSubscriptions).toHaveLength(count);
  expect(state()).toBe('connected');
});

test('a heartbeat that is lost in an outage does not cause another outage', async () => {
  const { advance, state } = start();
  await advance(500);
  recording.losesMessages = true;
  await advance(4500); // A heartbeat is sent after 1000 ms and does not arrive.
  recording.losesMessages = false;
  recording.interrupt();
  await advance(0);
  expect(state()).toBe('connected');
  await advance(20_000);
  expect(log.matching(/does not reach/)).toHaveLength(1);
});

test('a heartbeat that is lost in an outage does not end the limit of the next one', async () => {
  const { advance, state } = start();
  await advance(500);
  recording.losesMessages = true;
  await advance(4500);
  recording.interrupt(); // The heartbeat after it is also lost.
  await advance(10_000);
  recording.losesMessages = false;
  await advance(10_000);
  expect(state()).toBe('connected');
});

test('a Redis that accepts connections and never answers is unavailable after the timeout', async () => {
  const duplicate = vi.fn(() => ({
    ...recording.client.duplicate(),
    isReady: false,
    connect: () => new Promise(() => undefined),
  }));
  const { advance, state, manager } = start({ client: { ...recording.client, duplicate } });
  const refused = expect(manager.addToGroup('nobody', 'group')).rejects.toThrow(
    'Redis does not respond in time.',
  );
  await advance(4000);
  expect(state()).toBe('connecting');
  const clients = duplicate.mock.calls.length;
  await advance(2000);
  await refused;
  expect(state()).toBe('disconnected');
  expect(duplicate.mock.calls.length).toBeGreaterThan(clients);
});

test('if Redis refuses a heartbeat, the server stays on its connection and tries again', async () => {
  const duplicate = vi.fn(() => recording.client.duplicate());
  const { advance, state } = start({ client: { ...recording.client, duplicate } });
  await advance(0);
  const clients = duplicate.mock.calls.length;
  recording.publishError = new SimpleError('OOM command not allowed');
  await advance(1000);
  expect(state()).toBe('disconnected');
  recording.publishError = undefined;
  await advance(1000);
  expect(state()).toBe('connected');
  expect(duplicate).toHaveBeenCalledTimes(clients);
});

test('a server that closes while it subscribes does not report an outage', async () => {
  recording.holdsSubscriptions = true;
  const { advance, manager } = start();
  await advance(0);
  expect(recording.heldSubscriptions).not.toEqual([]);
  await manager.close?.();
  await advance(0);
  expect(log.lines).toEqual([]);
});

test('commands are rejected before the connection opens and after it closes', async () => {
  const connection = new RedisConnection(resolveRedisOptions({ client: recording.client }), {
    heartbeat: { channel: 'heartbeat', payload: Buffer.alloc(0) },
    onConnected: () => undefined,
    onDisconnected: () => undefined,
  });
  const get = () => connection.run((client) => client.get('key'));
  const unavailable = { code: 'ERR_SIGNALR_REDIS_UNAVAILABLE' };
  await expect(get()).rejects.toMatchObject(unavailable);
  connection.open();
  expect(await get()).toBeNull();
  connection.close();
  await expect(get()).rejects.toMatchObject(unavailable);
});
