import { createClient, createSentinel } from '@redis/client';
import { lifetimeCases, LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import type { PresentConnection } from '@practical-signalr/server/scale-out';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test as baseTest } from 'vitest';
import { startRedisServer } from './local/index.ts';
import { redisHubContext } from './hub-context/redis-hub-context.ts';
import { presence } from './presence/presence.ts';
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

  // In a cluster, PUBLISH returns the receivers of one node only, so this case would wait for the
  // timeout.
  const cases = lifetimeCases.filter(({ name }) => !name.startsWith('asking who does not exist'));

  test.each(cases)('plain pub/sub: $name', async ({ run }) => {
    await run(redis({ client: cluster.client(), ackTimeout: 5000 }));
  });
  test('sharded pub/sub: full delivery', async () => {
    const [a, b] = await startPair({ client: cluster.client(), shardedPubSub: true });
    await expectFullDelivery(a, b);
    await Promise.all([a.close(), b.close()]);
  });
  test('presence lists connections immediately, and a hub context reaches them', async () => {
    // Nothing here may depend on a renewal, which would take minutes.
    const slow = { heartbeatTimeout: 600_000, leaseTime: 3_600_000 };
    const online = presence({ client: cluster.client(), ...slow });
    const manager = redis({ client: cluster.client(), presence: online })(new LoggedHub().hub);
    const ann = new LifetimeSuiteClient('ann');
    await manager.onConnected(ann);
    const chat = redisHubContext({ client: cluster.client(), hub: 'ChatHub' });
    await chat.userGroups.add('ann', 'room');
    const readMembers = () => online.of('ChatHub').members('room');
    let members: PresentConnection[] = [];
    while (members.length === 0) members = await readMembers().catch(() => []);
    expect(members).toMatchObject([{ userIdentifier: 'ann' }]);
    expect(await chat.presence.page({ group: 'room' })).toMatchObject({ connections: members });
    await chat.clients.group('room').send('m', 'delivered');
    expect((await ann.next()).arguments).toEqual(['delivered']);
    expect(await chat.clientManager.userExists('ann')).toBe(true);
    expect(await chat.clientManager.userExists('bob')).toBe(false);
    await chat.close();
    await manager.close?.();
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
