import { createClient, createSentinel } from '@redis/client';
import { lifetimeCases } from '@practical-signalr/server/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test as baseTest } from 'vitest';
import { startRedisServer } from './local/index.ts';
import { redis } from './redis.ts';
import { LoggedHub } from './testing/logged-hub.ts';
import { type RedisCluster, startRedisCluster } from './testing/redis-cluster.ts';
import { allWorks, startPair } from './testing/server-pair.ts';
import { hasRedisServer } from './testing/redis-server-installed.ts';

const test = baseTest.skipIf(!hasRedisServer);

describe('a Redis Cluster of three', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.close());

  // What asks how many heard a publish gets the count of one node only, and waits.
  const cases = lifetimeCases.filter(({ name }) => !name.startsWith('asking who does not exist'));

  test.each(cases)('plain pub/sub: $name', async ({ run }) => {
    await run(redis({ client: cluster.client(), ackTimeout: 5000 }));
  });
  test('sharded pub/sub: everything goes both ways', async () => {
    const [a, b] = await startPair({ client: cluster.client(), shardedPubSub: true });
    await allWorks(a, b);
    await Promise.all([a.close(), b.close()]);
  });
  test('asking who does not exist fails after the time for acks', async () => {
    const manager = redis({ client: cluster.client(), ackTimeout: 50 })(new LoggedHub().hub);
    await expect(manager.invokeConnection('nobody', 'Ask', [])).rejects.toThrow(
      "'nobody' does not exist",
    );
    await manager.close?.();
  });
});

test('a failover by Sentinel: every subscription is on the new master, and sends go on', async () => {
  const first = await startRedisServer();
  onTestFinished(() => first.close());
  const second = await startRedisServer({ args: ['--replicaof', '127.0.0.1', `${first.port}`] });
  onTestFinished(() => second.close());
  const folder = mkdtempSync(join(tmpdir(), 'practical-signalr-sentinel-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, 'sentinel.conf');
  // A master that is merely slow keeps its place.
  const timing = ['down-after-milliseconds main 2000', 'failover-timeout main 1000'].map(
    (line) => `sentinel ${line}`,
  );
  writeFileSync(
    config,
    [`sentinel monitor main 127.0.0.1 ${first.port} 1`, ...timing, ''].join('\n'),
  );
  const sentinel = await startRedisServer({ sentinel: config });
  onTestFinished(() => sentinel.close());
  const watch = await createClient({ url: sentinel.url }).connect();
  onTestFinished(() => watch.destroy());
  while (((await watch.sendCommand(['SENTINEL', 'REPLICAS', 'main'])) as unknown[]).length === 0);

  const client = createSentinel({
    name: 'main',
    sentinelRootNodes: [{ host: '127.0.0.1', port: sentinel.port }],
    scanInterval: 200,
  });
  const [a, b] = await startPair({ client, heartbeatInterval: 100 });
  onTestFinished(async () => void (await Promise.all([a.close(), b.close()])));
  await allWorks(a, b);
  const [, port] = (await watch.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main'])) as [
    string,
    string,
  ];
  const since = [a.log.lines.length, b.log.lines.length] as const;
  await (Number(port) === first.port ? first : second).close();
  await Promise.all([a.back(since[0]), b.back(since[1])]);
  await allWorks(a, b);
}, 120_000);
