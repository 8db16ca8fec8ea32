import { createClient } from '@redis/client';
import { LifetimeSuiteClient } from '@practical-signalr/server/testing';
import { afterEach, expect, test as baseTest, vi } from 'vitest';
import { type RedisServerProcess, startRedisServer } from './local/index.ts';
import { presence } from './presence/presence.ts';
import type { RedisOptions } from './redis-options.ts';
import { CuttableProxy } from './testing/cuttable-proxy.ts';
import { allWorks, startPair, TestServer } from './testing/server-pair.ts';
import { hasRedisServer } from './testing/redis-server-installed.ts';

const test = baseTest.skipIf(!hasRedisServer);

const ends: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const pair = async (options: RedisOptions): Promise<[TestServer, TestServer]> => {
  const servers = await startPair(options);
  ends.push(() => Promise.all(servers.map((server) => server.close())));
  return servers;
};

async function redisServer(port?: number): Promise<RedisServerProcess> {
  const server = await startRedisServer(port === undefined ? {} : { port });
  ends.push(() => server.close());
  return server;
}

/** What Redis really has. */
async function channels(url: string): Promise<string[]> {
  const client = await createClient({ url }).connect();
  const names = await client.pubSubChannels();
  client.destroy();
  return names.map(String).sort();
}

test('without Redis a server starts, serves its own clients and says so once; it joins when Redis comes', async () => {
  const first = await redisServer();
  await first.close(); // its port is free now
  const [a, b] = [
    new TestServer('ann', { url: first.url }),
    new TestServer('bob', { url: first.url }),
  ];
  ends.push(() => Promise.all([a.close(), b.close()]));
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
  await Promise.all([a.back(0), b.back(0)]);
  await allWorks(a, b);
  expect(a.manager.health?.()).toMatchObject({
    status: 'Healthy',
    data: { state: 'connected', lostSends: 20 },
  });
});

test('a Redis that is restarted: every subscription is back, those made and ended meanwhile included', async () => {
  const first = await redisServer();
  const [a, b] = await pair({ url: first.url });
  const gone = new LifetimeSuiteClient('carol');
  await a.manager.onConnected(gone);
  const before = b.log.lines.length;
  await first.close();
  await Promise.all([a.log.logged(/does not reach/), b.log.logged(/does not reach/)]);
  await a.manager.onDisconnected(gone);
  await a.manager.addToGroup(a.client.connectionId, 'meanwhile');
  await b.manager.removeFromGroup(b.client.connectionId, 'g');
  await b.manager.addToGroup(b.client.connectionId, 'g');
  await a.manager.sendAll('m', ['own clients only']);
  expect((await a.client.next()).arguments).toEqual(['own clients only']);
  const second = await redisServer(first.port);
  await Promise.all([a.back(0), b.back(before)]);
  const names = await channels(second.url);
  expect(names.filter((name) => /ChatHub:(group|user|connection):/.test(name))).toEqual(
    [
      ...[a, b].map(({ client }) => `ChatHub:connection:${client.connectionId}`),
      'ChatHub:group:g',
      'ChatHub:group:meanwhile',
      'ChatHub:user:ann',
      'ChatHub:user:bob',
    ].sort(),
  );
  expect(names).toHaveLength(6 + 6); // and all, groups, two acks, two returns
  await allWorks(a, b);
  expect(a.data['lostSends']).toBe(1);
  expect([a, b].flatMap(({ log }) => log.matching(/does not reach/))).toHaveLength(2);
});

test('a network that swallows everything is noticed; sends go on; after it nothing is lost', async () => {
  const server = await redisServer();
  const [ways, fast] = [
    await CuttableProxy.start(server.port),
    { heartbeatInterval: 50, heartbeatTimeout: 1000 },
  ];
  ends.push(() => ways.close());
  const [a, b] = await pair({ url: ways.url, ...fast });
  const count = (): [number, number] => [a.log.lines.length, b.log.lines.length];
  const before = count();
  ways.cut();
  await Promise.all([a.log.logged(/silent for 1000 ms/), b.log.logged(/silent for 1000 ms/)]);
  await a.manager.sendAll('m', ['own clients only']);
  expect((await a.client.next()).arguments).toEqual(['own clients only']);
  await ways.attempts(16); // several times longer than the timeout
  ways.mend();
  await Promise.all([a.back(before[0]), b.back(before[1])]);
  await allWorks(a, b);
  const since = count();
  ways.drop();
  await Promise.all([a.back(since[0]), b.back(since[1])]);
  await allWorks(a, b);
});

test('whileDisconnected fail: sends are rejected at once with the cause, and nothing piles up', async () => {
  const server = await redisServer();
  const [a, b] = await pair({ url: server.url, whileDisconnected: 'fail' });
  await server.close();
  await a.log.logged(/does not reach/);
  for (let i = 0; i < 1000; i++) {
    await expect(a.manager.sendAll('m', [i])).rejects.toThrow(
      'The message was not sent to other servers',
    );
  }
  await a.manager.sendConnection(a.client.connectionId, 'm', ['own']);
  expect((await a.client.next()).arguments).toEqual(['own']);
  expect(a.data).toMatchObject({ lostSends: 1000, bytesToRedis: 0 });
  await redisServer(server.port);
  await Promise.all([a.back(0), b.back(0)]);
  await allWorks(a, b);
  expect(a.log.matching(/again, after \d+ ms; 1000 sends/)).toHaveLength(1);
});

test('a server that ends while it connects leaves no connection behind', async () => {
  const { url } = await redisServer();
  const watch = createClient({ url });
  ends.push(() => Promise.resolve(watch.destroy()));
  await watch.connect();
  const online = presence({ url });
  const server = new TestServer('ann', { url, presence: online });
  await new Promise((resolve) => setImmediate(resolve)); // the sockets are being made
  await server.close();
  for (let i = 0; i < 3; i++)
    await createClient({ url })
      .connect()
      .then((last) => last.destroy()); // what came before it has come
  await vi.waitFor(async () => expect(await watch.clientList()).toHaveLength(1));
});
