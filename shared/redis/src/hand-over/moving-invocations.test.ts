import { afterAll, afterEach, beforeAll, expect, test as baseTest } from 'vitest';
import { startRedisServer, type RedisServerProcess } from '../local/index.ts';
import type { RedisOptions } from '../redis-options.ts';
import { redis } from '../redis.ts';
import { KeepingConnection } from '../testing/keeping-connection.ts';
import { LoggedHub } from '../testing/logged-hub.ts';
import {
  claimConnection,
  type MovedConnection,
  type MovingManager,
  recordConnection,
} from '../testing/move-connection.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';

const test = baseTest.skipIf(!hasRedisServer);

let server: RedisServerProcess;
const managers: MovingManager[] = [];
beforeAll(async () => {
  if (hasRedisServer) server = await startRedisServer();
});
afterAll(() => server?.close());
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.close?.();
});

async function start(options: RedisOptions = {}): Promise<MovingManager> {
  const log = new LoggedHub();
  const create = redis({ url: server.url, handOver: true, ...options });
  const manager = create(log.hub) as MovingManager;
  managers.push(manager);
  await log.logged(/over Redis/);
  return manager;
}

/** Returns a result to the server that has invoked the connection. */
function answer(manager: MovingManager, connection: KeepingConnection, result: unknown): void {
  const invocationId = connection.invocationId as string;
  manager.setConnectionResult(connection.connectionId, {
    type: 3,
    invocationId,
    hasResult: true,
    result,
  });
}

test('an invocation of a client that moves reaches it on its new server', async () => {
  const [a, b, c] = [await start(), await start(), await start()];
  const connection = new KeepingConnection('c');
  await a.onConnected(connection);
  await recordConnection(a, connection);
  const fromOld = a.invokeConnection('c', 'ask', ['from a']);
  const fromOther = c.invokeConnection('c', 'ask', ['from c']);
  // The record is not claimed before the old server has received the invocation of the other one.
  await c.sendConnection('c', 'm', ['fence']);
  await connection.until('fence');
  const { connection: moved } = (await claimConnection(b, connection)) as MovedConnection;
  expect(connection.received).toEqual(['fence']);
  await moved.until('from a');
  await moved.until('from c');
  expect(moved.received).toHaveLength(2);
  const results: Record<string, unknown> = { 'from a': 1, 'from c': 2 };
  // They arrive in any order. The last invocation id belongs to the last one.
  answer(b, moved, results[String(moved.received.at(-1))]);
  const last = moved.received.at(-1) === 'from a' ? fromOld : fromOther;
  expect(await last).toBe(results[String(moved.received.at(-1))]);
  const first = last === fromOld ? fromOther : fromOld;
  const failed = expect(first).rejects.toThrow('disconnected');
  await b.onDisconnected(moved);
  await failed;
});

test('results that a client has not returned before it moves fail on every server that waits', async () => {
  const [a, c] = [await start(), await start()];
  const connection = new KeepingConnection('c');
  await a.onConnected(connection);
  const fromOwn = a.invokeConnection('c', 'ask', ['from a']);
  const fromOther = c.invokeConnection('c', 'ask', ['from c']);
  await connection.until('from c');
  const failed = Promise.all(
    [fromOwn, fromOther].map((result) => expect(result).rejects.toThrow('disconnected')),
  );
  expect(a.handOver.hasPendingResults('c')).toBe(true);
  a.handOver.failPendingResults('c');
  expect(a.handOver.hasPendingResults('c')).toBe(false);
  await failed;
  a.handOver.failPendingResults('unknown');
});
