import { createClient, createSentinel } from '@redis/client';
import { lifetimeCases } from '@practical-signalr/server/lifetime-suite';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test as baseTest } from 'vitest';
import { startRedisServer } from './local/index.ts';
import { redis } from './redis.ts';
import { LoggedHub } from './testing/logged-hub.ts';
import { type RedisCluster, startRedisCluster } from './testing/redis-cluster.ts';
import { expectFullDelivery, startPair } from './testing/server-pair.ts';
import { hasRedisServer } from './testing/redis-server-installed.ts';

const test = baseTest.skipIf(!hasRedisServer);

describe('a Redis Cluster of three nodes', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.close());

  // In a cluster, PUBLISH returns the receivers of one node only, so this case would wait for the timeout.
  const cases = lifetimeCases.filter(({ name }) => !name.startsWith('asking who does not exist'));

  test.each(cases)('plain pub/sub: $name', async ({ run }) => {
    await run(redis({ client: cluster.client(), ackTimeout: 5000 }));
  });
  test('sharded pub/sub: full delivery', async () => {
    const [a, b] = await startPair({ client: cluster.client(), shardedPubSub: true });
    await expectFullDelivery(a, b);
    await Promise.all([a.close(), b.close()]);
  });
  test('invoking a client that does not exist fails after ackTimeout', async () => {
    const manager = redis({ client: cluster.client(), ackTimeout: 50 })(new LoggedHub().hub);
    await expect(manager.invokeConnection('nobody', 'Ask', [])).rejects.toThrow(
      "'nobody' does not exist",
    );
    await manager.close?.();
  });
});

test('after a failover by Sentinel, every subscription is on the new master, and sends continue', async () => {
  const first = await startRedisServer();
  onTestFinished(() => first.close());
  const second = await startRedisServer({ args: ['--replicaof', '127.0.0.1', `${first.port}`] });
  onTestFinished(() => second.close());
  const folder = mkdtempSync(join(tmpdir(), 'practical-signalr-sentinel-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, 'sentinel.conf');
  // Long enough that Sentinel does not replace a master that is only slow, and completes a failover
  // on a busy machine.
  const timing = ['down-after-milliseconds main 2000', 'failover-timeout main 10000'].map(
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
  await expectFullDelivery(a, b);
  const [, port] = (await watch.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main'])) as [
    string,
    string,
  ];
  const since = [a.log.lines.length, b.log.lines.length] as const;
  await (Number(port) === first.port ? first : second).close();
  await Promise.all([a.reconnected(since[0]), b.reconnected(since[1])]);
  await expectFullDelivery(a, b);
});
