import { createClient } from '@redis/client';
import { LifetimeSuiteClient } from '@practical-signalr/server/testing';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test as baseTest } from 'vitest';
import { startRedisServer } from '../local/index.ts';
import { redis } from '../redis.ts';
import { LoggedHub } from '../testing/logged-hub.ts';
import { type HubPresence, presence } from './presence.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';

const test = baseTest.skipIf(!hasRedisServer);

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Asks until the answer fits: what other servers do is seen by asking only. */
async function until<T>(ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined && fits(answer)) return answer;
    await new Promise(setImmediate);
  }
}

function start(url: string, serverName: string, leaseTime = 30_000) {
  const online = presence({ url, leaseTime });
  const log = new LoggedHub();
  const manager = redis({ url, serverName, presence: online })(log.hub);
  ends.push(() => manager.close?.());
  return { manager, log, hub: online.of('ChatHub') };
}

const idsOf = async (asked: ReturnType<HubPresence['members']>): Promise<string[]> =>
  (await asked).map(({ connectionId }) => connectionId).sort();

test('who is online and in which group, over two servers', async () => {
  const server = await startRedisServer();
  ends.push(() => server.close());
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
    (found) => found.length === 3,
  );
  expect((await b.hub.users()).sort()).toEqual(['ann', 'bob']);
  await a.manager.addToGroup('1', 'room');
  await a.manager.addToGroup('2', 'room'); // held by the other server
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

test('a server that is killed: its connections count until its lease ends, then nothing of them is left', async () => {
  const server = await startRedisServer();
  ends.push(() => server.close());
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
  const look = await createClient({ url: server.url }).connect();
  await until(
    () => look.keys('ChatHub:presence:*'),
    (keys) => keys.length === 3,
  );
  expect(await look.hGetAll('ChatHub:presence:group:room')).toEqual({
    1: '{"server":"a","user":"ann"}',
  });
  // -1 would be a key without an end; -2 is one that has just gone.
  for (const key of await look.keys('*')) expect(await look.pTTL(key)).not.toBe(-1);
  look.destroy();
});

test('a Redis that comes back empty is told again who is there, what changed meanwhile included', async () => {
  const first = await startRedisServer();
  ends.push(() => first.close());
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
  await expect(a.hub.users()).rejects.toThrow('cannot be reached');
  await a.manager.onDisconnected(new LifetimeSuiteClient('bob', '2'));
  await a.manager.addToGroup('1', 'meanwhile');
  await a.manager.removeFromGroup('1', 'room');
  const second = await startRedisServer({ port: first.port });
  ends.push(() => second.close());
  await until(
    () => idsOf(a.hub.members('meanwhile')),
    (ids) => ids.join() === '1',
  );
  expect(await a.hub.members('room')).toEqual([]);
  expect(await a.hub.users()).toEqual(['ann']);
});
