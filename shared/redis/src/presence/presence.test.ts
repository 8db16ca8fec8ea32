import { createClient } from '@redis/client';
import { LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import type { HubPresence } from '@practical-signalr/server/scale-out';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test as baseTest } from 'vitest';
import { startRedisServer } from '../local/index.ts';
import { redis } from '../redis.ts';
import { LoggedHub } from '../testing/logged-hub.ts';
import { presence } from './presence.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';

const test = baseTest.skipIf(!hasRedisServer);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

/**
 * Polls until a result matches, because other servers change Redis without an event that the test
 * could wait for.
 */
async function until<T>(read: () => Promise<T>, matches: (result: T) => boolean): Promise<T> {
  for (;;) {
    const result = await read().catch(() => undefined);
    if (result !== undefined && matches(result)) return result;
    await new Promise(setImmediate);
  }
}

function start(url: string, serverName: string, leaseTime = 30_000) {
  const online = presence({ url, leaseTime });
  const log = new LoggedHub();
  const manager = redis({ url, serverName, presence: online })(log.hub);
  cleanups.push(() => manager.close?.());
  return { manager, log, hub: online.of('ChatHub') };
}

const idsOf = async (members: ReturnType<HubPresence['members']>): Promise<string[]> =>
  (await members).map(({ connectionId }) => connectionId).sort();

test('lists connections, users and members of groups over two servers', async () => {
  const server = await startRedisServer();
  cleanups.push(() => server.close());
  const [a, b] = [start(server.url, 'a'), start(server.url, 'b')];
  const [ann, bob, nobody] = [
    new LifetimeSuiteClient('ann', '1'),
    new LifetimeSuiteClient('bob', '2'),
    new LifetimeSuiteClient(undefined, '3'),
  ];
  await a.manager.onConnected(ann);
  await b.manager.onConnected(bob);
  await b.manager.onConnected(nobody);
  await until(
    () => a.hub.connections(),
    (connections) => connections.length === 3,
  );
  expect((await b.hub.users()).sort()).toEqual(['ann', 'bob']);
  await a.manager.addToGroup('1', 'room');
  await a.manager.addToGroup('2', 'room'); // The other server holds this connection.
  expect(await idsOf(b.hub.members('room'))).toEqual(['1', '2']);
  expect(await a.hub.members('room')).toContainEqual({
    connectionId: '2',
    userIdentifier: 'bob',
    serverName: 'b',
  });
  expect(await a.hub.members('empty')).toEqual([]);
  await a.manager.removeFromGroup('2', 'room');
  expect(await idsOf(a.hub.members('room'))).toEqual(['1']);
  await a.manager.onDisconnected(ann);
  expect(await a.hub.members('room')).toEqual([]);
  expect(await a.hub.users()).toEqual(['bob']);
  await b.manager.close?.();
  expect(await a.hub.connections()).toEqual([]);
});

test('the connections of a killed server are removed when its lease expires', async () => {
  const server = await startRedisServer();
  cleanups.push(() => server.close());
  const a = start(server.url, 'a', 300);
  await a.manager.onConnected(new LifetimeSuiteClient('ann', '1'));
  await a.manager.addToGroup('1', 'room');
  const child = fork(
    fileURLToPath(new URL('../testing/presence-process.ts', import.meta.url)),
    [server.url, '300'],
    {
      execArgv: ['--conditions=@practical-signalr/source', '--import=tsx'],
    },
  );
  await once(child, 'message');
  await until(
    () => idsOf(a.hub.members('room')),
    (ids) => ids.join() === '1,victim-1',
  );
  child.kill('SIGKILL');
  await once(child, 'exit');
  await until(
    () => idsOf(a.hub.members('room')),
    (ids) => ids.join() === '1',
  );
  await until(
    () => a.hub.users(),
    (users) => users.join() === 'ann',
  );
  const inspector = await createClient({ url: server.url }).connect();
  await until(
    () => inspector.keys('ChatHub:presence:*'),
    (keys) => keys.length === 5,
  );
  expect(await inspector.zRange('ChatHub:presence:group:room', 0, -1)).toEqual(['["1","a","ann"]']);
  // -1 is a key without an expiry, and -2 a key that has just expired.
  for (const key of await inspector.keys('*')) expect(await inspector.pTTL(key)).not.toBe(-1);
  inspector.destroy();
});

test('a Redis that lost its data is filled again, including changes during the outage', async () => {
  const first = await startRedisServer();
  cleanups.push(() => first.close());
  const a = start(first.url, 'a', 150);
  await a.manager.onConnected(new LifetimeSuiteClient('ann', '1'));
  await a.manager.onConnected(new LifetimeSuiteClient('bob', '2'));
  await a.manager.addToGroup('1', 'room');
  await until(
    () => idsOf(a.hub.members('room')),
    (ids) => ids.join() === '1',
  );
  await first.close();
  await a.log.logged(/does not reach/);
  await expect(a.hub.users()).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_UNAVAILABLE',
  });
  await a.manager.onDisconnected(new LifetimeSuiteClient('bob', '2'));
  await a.manager.addToGroup('1', 'meanwhile');
  await a.manager.removeFromGroup('1', 'room');
  const second = await startRedisServer({ port: first.port });
  cleanups.push(() => second.close());
  await until(
    () => idsOf(a.hub.members('meanwhile')),
    (ids) => ids.join() === '1',
  );
  await until(
    () => a.hub.users(),
    (users) => users.join() === 'ann',
  );
  expect(await a.hub.members('room')).toEqual([]);
});

test.each(['leaseTime', 'heartbeatTimeout'])('a time of 0 ms is refused: %s', (name) => {
  expect(() => presence({ [name]: 0 })).toThrow(`'${name}'`);
});
