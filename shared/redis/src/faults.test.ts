import { createClient } from '@redis/client';
import { LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import { afterEach, expect, test as baseTest, vi } from 'vitest';
import { type RedisServerProcess, startRedisServer } from './local/index.ts';
import { presence } from './presence/presence.ts';
import type { RedisOptions } from './redis-options.ts';
import { CuttableProxy } from './testing/cuttable-proxy.ts';
import { expectFullDelivery, startPair, TestServer } from './testing/server-pair.ts';
import { hasRedisServer } from './testing/redis-server-installed.ts';

const test = baseTest.skipIf(!hasRedisServer);

const cleanups: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

const pair = async (options: RedisOptions): Promise<[TestServer, TestServer]> => {
  const servers = await startPair(options);
  cleanups.push(() => Promise.all(servers.map((server) => server.close())));
  return servers;
};

async function redisServer(port?: number): Promise<RedisServerProcess> {
  const server = await startRedisServer(port === undefined ? {} : { port });
  cleanups.push(() => server.close());
  return server;
}

/** Returns the channels that have subscribers in Redis. */
async function subscribedChannels(url: string): Promise<string[]> {
  const client = await createClient({ url }).connect();
  const names = await client.pubSubChannels();
  client.destroy();
  return names.map(String).sort();
}

test('a server starts without Redis, serves its own clients, logs the outage once, and joins later', async () => {
  const first = await redisServer();
  await first.close(); // Its port is free now.
  const [a, b] = [
    new TestServer('ann', { url: first.url }),
    new TestServer('bob', { url: first.url }),
  ];
  cleanups.push(() => Promise.all([a.close(), b.close()]));
  await Promise.all([a.connect(), b.connect()]);
  await a.manager.addToGroup(a.client.connectionId, 'g');
  await b.manager.addToGroup(b.client.connectionId, 'g');
  for (let i = 0; i < 20; i++) await a.manager.sendGroup('g', 'm', [i]);
  for (let i = 0; i < 20; i++) expect((await a.client.next()).arguments).toEqual([i]);
  expect(a.manager.health?.()).toMatchObject({
    status: 'Degraded',
    description: expect.stringMatching(/Nothing listens/) as string,
    data: { state: 'disconnected', lostSends: 20 },
  });
  expect(a.log.matching(/does not reach/)).toHaveLength(1);
  await expect(a.manager.addToGroup(b.client.connectionId, 'h')).rejects.toThrow('Nothing listens');
  await expect(a.manager.invokeConnection(b.client.connectionId, 'Ask', [])).rejects.toThrow(
    'Nothing listens',
  );
  await redisServer(first.port);
  await Promise.all([a.reconnected(0), b.reconnected(0)]);
  await expectFullDelivery(a, b);
  expect(a.manager.health?.()).toMatchObject({
    status: 'Healthy',
    data: { state: 'connected', lostSends: 20 },
  });
});

test('after a restart of Redis, every subscription is restored, including changes during the outage', async () => {
  const first = await redisServer();
  const [a, b] = await pair({ url: first.url });
  const leaving = new LifetimeSuiteClient('carol');
  await a.manager.onConnected(leaving);
  const before = b.log.lines.length;
  await first.close();
  await Promise.all([a.log.logged(/does not reach/), b.log.logged(/does not reach/)]);
  await a.manager.onDisconnected(leaving);
  await a.manager.addToGroup(a.client.connectionId, 'meanwhile');
  await b.manager.removeFromGroup(b.client.connectionId, 'g');
  await b.manager.addToGroup(b.client.connectionId, 'g');
  await a.manager.sendAll('m', ['local clients only']);
  expect((await a.client.next()).arguments).toEqual(['local clients only']);
  const second = await redisServer(first.port);
  await Promise.all([a.reconnected(0), b.reconnected(before)]);
  const names = await subscribedChannels(second.url);
  expect(names.filter((name) => /ChatHub:(group|user|connection):/.test(name))).toEqual(
    [
      ...[a, b].map(({ client }) => `ChatHub:connection:${client.connectionId}`),
      'ChatHub:group:g',
      'ChatHub:group:meanwhile',
      'ChatHub:user:ann',
      'ChatHub:user:bob',
    ].sort(),
  );
  // The others: all, group commands, server commands, two acks and two returns.
  expect(names).toHaveLength(6 + 7);
  await expectFullDelivery(a, b);
  expect(a.data['lostSends']).toBe(1);
  expect([a, b].flatMap(({ log }) => log.matching(/does not reach/))).toHaveLength(2);
});

test('a network that drops everything is detected, sends continue, and nothing is lost afterwards', async () => {
  const server = await redisServer();
  const proxy = await CuttableProxy.start(server.port);
  cleanups.push(() => proxy.close());
  const [a, b] = await pair({
    url: proxy.url,
    heartbeatInterval: 50,
    heartbeatTimeout: 1000,
  });
  const countLogLines = (): [number, number] => [a.log.lines.length, b.log.lines.length];
  const before = countLogLines();
  proxy.cut();
  await Promise.all([a.log.logged(/silent for 1000 ms/), b.log.logged(/silent for 1000 ms/)]);
  await a.manager.sendAll('m', ['local clients only']);
  expect((await a.client.next()).arguments).toEqual(['local clients only']);
  await proxy.attempts(16); // The clients have been replaced several times.
  proxy.mend();
  await Promise.all([a.reconnected(before[0]), b.reconnected(before[1])]);
  await expectFullDelivery(a, b);
  const since = countLogLines();
  proxy.drop();
  await Promise.all([a.reconnected(since[0]), b.reconnected(since[1])]);
  await expectFullDelivery(a, b);
});

test('whileDisconnected fail: sends are rejected immediately with the cause, and nothing is queued', async () => {
  const server = await redisServer();
  const [a, b] = await pair({ url: server.url, whileDisconnected: 'fail' });
  await server.close();
  await a.log.logged(/does not reach/);
  for (let i = 0; i < 1000; i++) {
    await expect(a.manager.sendAll('m', [i])).rejects.toThrow(
      'The message was not sent to other servers',
    );
  }
  await a.manager.sendConnection(a.client.connectionId, 'm', ['local']);
  expect((await a.client.next()).arguments).toEqual(['local']);
  expect(a.data).toMatchObject({ lostSends: 1000, bytesToRedis: 0 });
  await redisServer(server.port);
  await Promise.all([a.reconnected(0), b.reconnected(0)]);
  await expectFullDelivery(a, b);
  expect(a.log.matching(/again, after \d+ ms; 1000 sends/)).toHaveLength(1);
});

test('a server that closes while it connects leaves no connection open', async () => {
  const { url } = await redisServer();
  const watch = createClient({ url });
  cleanups.push(() => Promise.resolve(watch.destroy()));
  await watch.connect();
  const online = presence({ url });
  const server = new TestServer('ann', { url, presence: online });
  await new Promise((resolve) => setImmediate(resolve)); // The sockets are opening.
  await server.close();
  for (let i = 0; i < 3; i++)
    await createClient({ url })
      .connect()
      .then((later) => later.destroy()); // Redis has accepted all earlier connections.
  await vi.waitFor(async () => expect(await watch.clientList()).toHaveLength(1));
});
