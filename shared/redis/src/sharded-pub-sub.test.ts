import { createClient } from '@redis/client';
import { LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import { afterAll, beforeAll, describe, expect, test as baseTest } from 'vitest';
import { type RedisCluster, startRedisCluster } from './testing/redis-cluster.ts';
import { hasRedisServer } from './testing/redis-server-installed.ts';
import { startPair, type TestServer } from './testing/server-pair.ts';

const test = baseTest.skipIf(!hasRedisServer);

let cluster: RedisCluster;
beforeAll(async () => {
  if (hasRedisServer) cluster = await startRedisCluster();
});
afterAll(() => cluster?.close());

interface Servers {
  readonly a: TestServer;
  readonly b: TestServer;
}

/** Runs a test with ann on server a, and bob, who is in group g, on server b. */
async function withServers(run: (servers: Servers) => Promise<void>): Promise<void> {
  const [a, b] = await startPair({
    client: cluster.client(),
    shardedPubSub: true,
    ackTimeout: 5000,
  });
  try {
    await run({ a, b });
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

/**
 * Returns the first argument of each of the next messages. Only messages to one target are ordered,
 * so each test ends with a message to a target that includes the client.
 */
async function next(client: LifetimeSuiteClient, count: number): Promise<unknown[]> {
  const values: unknown[] = [];
  while (values.length < count) {
    const message = await client.next();
    values.push(message.arguments[0]);
  }
  return values;
}

/** Returns the sharded channels of each node. */
async function shardChannels(): Promise<string[][]> {
  return Promise.all(
    cluster.nodes.map(async ({ url }) => {
      const client = await createClient({ url }).connect();
      const names = await client.pubSubShardChannels();
      client.destroy();
      return names.map(String).sort();
    }),
  );
}

describe('sharded pub/sub, sends from another server', () => {
  test('all clients, and all except some', () =>
    withServers(async ({ a, b }) => {
      const [ann, bob] = [a.client, b.client];
      await a.manager.sendAllExcept('m', [1], [bob.connectionId]);
      await a.manager.sendAllExcept('m', [2], [ann.connectionId, 'nobody']);
      await a.manager.sendAll('m', [3]);
      expect(await next(ann, 2)).toEqual([1, 3]);
      expect(await next(bob, 2)).toEqual([2, 3]);
    }));

  test('a group, a group except some, several groups', () =>
    withServers(async ({ a, b }) => {
      const [ann, bob] = [a.client, b.client];
      await a.manager.addToGroup(ann.connectionId, 'g');
      await a.manager.sendGroupExcept('g', 'm', [1], [bob.connectionId]);
      await a.manager.sendGroupExcept('g', 'm', [2], [ann.connectionId]);
      await a.manager.sendGroup('g', 'm', [3]);
      expect(await next(ann, 2)).toEqual([1, 3]);
      expect(await next(bob, 2)).toEqual([2, 3]);
      await b.manager.addToGroup(bob.connectionId, 'h');
      await a.manager.sendGroups(['g', 'h', 'empty'], 'm', [4]);
      expect(await next(ann, 1)).toEqual([4]);
      expect(await next(bob, 2)).toEqual([4, 4]);
    }));

  test('one connection, and several; a connection that is listed twice receives the message once', () =>
    withServers(async ({ a, b }) => {
      const id = b.client.connectionId;
      await a.manager.sendConnections([id, a.client.connectionId, id, 'nobody'], 'm', [1]);
      await a.manager.sendConnection(id, 'm', [2]);
      expect(await next(b.client, 2)).toEqual([1, 2]);
      await a.manager.sendConnection(a.client.connectionId, 'm', [3]);
      expect(new Set(await next(a.client, 2))).toEqual(new Set([1, 3])); // A message to a local connection does not go through Redis.
    }));

  test('a user on both servers, and several users', () =>
    withServers(async ({ a, b }) => {
      const second = new LifetimeSuiteClient('ann');
      await b.manager.onConnected(second);
      await a.manager.sendUsers(['ann', 'bob', 'ann', 'nobody'], 'm', [1]);
      await a.manager.sendUser('ann', 'm', [2]);
      expect(await next(a.client, 2)).toEqual([1, 2]);
      expect(await next(second, 2)).toEqual([1, 2]);
      await a.manager.sendUser('bob', 'm', [3]);
      expect(await next(b.client, 2)).toEqual([1, 3]);
    }));

  test('a connection of another server joins a group and receives its messages until it leaves', () =>
    withServers(async ({ a, b }) => {
      const id = b.client.connectionId;
      await a.manager.addToGroup(id, 'far');
      await a.manager.sendGroup('far', 'm', [1]);
      expect(await next(b.client, 1)).toEqual([1]);
      await a.manager.removeFromGroup(id, 'far');
      await a.manager.sendGroup('far', 'm', [2]);
      await a.manager.sendConnection(id, 'm', [3]);
      expect(await next(b.client, 1)).toEqual([3]);
    }));

  test('a client of another server returns a result, or disconnects first', () =>
    withServers(async ({ a, b }) => {
      const id = b.client.connectionId;
      const result = a.manager.invokeConnection(id, 'Ask', []);
      b.manager.setConnectionResult(id, b.client.createResult(await b.client.next(), 'yes'));
      expect(await result).toBe('yes');
      const rejection = expect(a.manager.invokeConnection(id, 'Ask', [])).rejects.toThrow(
        'Connection disconnected.',
      );
      await b.client.next();
      await b.manager.onDisconnected(b.client);
      await rejection;
    }));
});

test('many sends to one target arrive in order', () =>
  withServers(async ({ a, b }) => {
    const numbers = Array.from({ length: 500 }, (_, i) => i);
    for (const i of numbers) await a.manager.sendGroup('g', 'm', [i]);
    expect(await next(b.client, numbers.length)).toEqual(numbers);
  }));

test('channels are spread over the nodes by slot, and are removed with their last member', () =>
  withServers(async ({ a, b }) => {
    const before = await shardChannels();
    const groups = Array.from({ length: 60 }, (_, i) => `room ${i}`);
    const id = b.client.connectionId;
    await Promise.all(groups.map((group) => b.manager.addToGroup(id, group)));
    const during = await shardChannels();
    for (const names of during) expect(names.length).toBeGreaterThan(10); // Not all on one node.
    expect(during.flat().length - before.flat().length).toBe(groups.length);
    expect(new Set(during.flat()).size).toBe(during.flat().length);
    for (const group of groups) await a.manager.sendGroup(group, 'm', [group]);
    expect(new Set(await next(b.client, groups.length))).toEqual(new Set(groups));
    await Promise.all(groups.map((group) => b.manager.removeFromGroup(id, group)));
    expect(await shardChannels()).toEqual(before);
  }));
