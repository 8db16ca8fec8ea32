import { createClient, createCluster, createSentinel } from '@redis/client';
import { lifetimeCases } from '@practical-signalr/server/testing';
import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from './local/index.ts';
import { redis } from './redis.ts';
import { LoggedHub } from './testing/logged-hub.ts';
import { allWorks, startPair } from './testing/server-pair.ts';
import { hasRedisServer } from './testing/redis-server-at-hand.ts';

const test = baseTest.skipIf(!hasRedisServer);

describe('a Redis Cluster of three', () => {
  let nodes: RedisServerProcess[];
  beforeAll(async () => {
    nodes = await Promise.all([1, 2, 3].map(() => startRedisServer({ args: ['--cluster-enabled', 'yes'] })));
    const clients = await Promise.all(nodes.map(({ url }) => createClient({ url }).connect()));
    const [first] = clients;
    const slots = [
      [0, 5460],
      [5461, 10922],
      [10923, 16383],
    ] as const;
    for (const [i, client] of clients.entries()) {
      const [from, to] = slots[i] as readonly [number, number];
      await client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', `${from}`, `${to}`]);
      await first?.sendCommand(['CLUSTER', 'MEET', '127.0.0.1', `${nodes[i]?.port}`]);
    }
    for (const client of clients) {
      while (!(await client.clusterInfo()).includes('cluster_state:ok'));
      client.destroy();
    }
  });
  afterAll(() => Promise.all(nodes.map((node) => node.close())));

  const cluster = () => createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) });
  // What asks how many heard a publish gets the count of one node only, and waits.
  const cases = lifetimeCases.filter(({ name }) => !name.startsWith('asking who does not exist'));

  test.each(cases)('plain pub/sub: $name', async ({ run }) => {
    await run(redis({ client: cluster(), ackTimeout: 5000 }));
  });
  test('sharded pub/sub: everything goes both ways', async () => {
    const [a, b] = await startPair({ client: cluster(), shardedPubSub: true });
    await allWorks(a, b);
    await Promise.all([a.close(), b.close()]);
  });
  test('asking who does not exist fails after the time for acks', async () => {
    const manager = redis({ client: cluster(), ackTimeout: 50 })(new LoggedHub().hub);
    await expect(manager.invokeConnection('nobody', 'Ask', [])).rejects.toThrow("'nobody' does not exist");
    await manager.close?.();
  });
});

test('a failover by Sentinel: every subscription is on the new master, and sends go on', async () => {
  const master = await startRedisServer();
  const replica = await startRedisServer({ args: ['--replicaof', '127.0.0.1', `${master.port}`] });
  const config = join(mkdtempSync(join(tmpdir(), 'practical-signalr-sentinel-')), 'sentinel.conf');
  const timing = ['down-after-milliseconds main 300', 'failover-timeout main 1000'].map((line) => `sentinel ${line}`);
  writeFileSync(config, [`sentinel monitor main 127.0.0.1 ${master.port} 1`, ...timing, ''].join('\n'));
  const sentinel = await startRedisServer({ sentinel: config });
  const watch = await createClient({ url: sentinel.url }).connect();
  while (((await watch.sendCommand(['SENTINEL', 'REPLICAS', 'main'])) as unknown[]).length === 0);
  watch.destroy();

  const client = createSentinel({
    name: 'main',
    sentinelRootNodes: [{ host: '127.0.0.1', port: sentinel.port }],
    scanInterval: 200,
  });
  const [a, b] = await startPair({ client, heartbeatInterval: 100, heartbeatTimeout: 1000 });
  try {
    await allWorks(a, b);
    await master.close();
    await Promise.all([a.back(0), b.back(0)]);
    await allWorks(a, b);
  } finally {
    await Promise.all([a.close(), b.close()]);
    await Promise.all([sentinel.close(), replica.close(), master.close()]);
  }
}, 30_000);
