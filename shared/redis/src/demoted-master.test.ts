import { createClient } from '@redis/client';
import { afterEach, expect, test as baseTest } from 'vitest';
import { startRedisServer } from './local/index.ts';
import { hasRedisServer } from './testing/redis-server-installed.ts';
import { expectFullDelivery, startPair } from './testing/server-pair.ts';

const test = baseTest.skipIf(!hasRedisServer);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

test('a master that is demoted while it stays connected is detected, and so is its return', async () => {
  const [redisServer, newMaster] = await Promise.all([startRedisServer(), startRedisServer()]);
  cleanups.push(
    () => redisServer.close(),
    () => newMaster.close(),
  );
  const { url } = redisServer;
  const [a, b] = await startPair({ url, heartbeatInterval: 100 });
  cleanups.push(
    () => a.close(),
    () => b.close(),
  );
  const admin = await createClient({ url }).connect();
  cleanups.push(() => admin.destroy());
  const [linesOfA, linesOfB] = [a.log.lines.length, b.log.lines.length];
  await admin.sendCommand(['REPLICAOF', '127.0.0.1', String(newMaster.port)]);
  for (const server of [a, b]) {
    await server.log.logged(/does not reach other servers: This Redis is a read-only replica/);
    expect(server.manager.health?.().status).toBe('Degraded');
  }
  await admin.sendCommand(['REPLICAOF', 'NO', 'ONE']);
  await Promise.all([a.reconnected(linesOfA), b.reconnected(linesOfB)]);
  await expectFullDelivery(a, b);
  expect(a.manager.health?.().status).toBe('Healthy');
});
