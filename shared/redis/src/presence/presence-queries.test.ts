import { createClient } from '@redis/client';
import { LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import { afterEach, beforeEach, expect, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from '../local/index.ts';
import { redis } from '../redis.ts';
import { LoggedHub } from '../testing/logged-hub.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';
import { presence } from './presence.ts';

const test = baseTest.skipIf(!hasRedisServer);

let server: RedisServerProcess;
const cleanups: (() => unknown)[] = [];
beforeEach(async () => {
  if (hasRedisServer) server = await startRedisServer();
});
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
  await server?.close();
});

async function start(serverName: string) {
  const { url } = server;
  const online = presence({ url, heartbeatTimeout: 500 });
  const log = new LoggedHub();
  const manager = redis({ url, serverName, presence: online })(log.hub);
  cleanups.push(() => manager.close?.());
  const hub = online.of('ChatHub');
  // Presence has its own connection. Until it is connected, changes are written later.
  while (!(await isConnected(() => hub.count())));
  return { manager, log, hub };
}

const isConnected = (read: () => Promise<unknown>): Promise<boolean> =>
  read().then(
    () => true,
    () => new Promise((resolve) => setImmediate(() => resolve(false))),
  );

const idsOf = (connections: readonly { connectionId: string }[]): string[] =>
  connections.map(({ connectionId }) => connectionId);

test('lists, counts and pages the connections of a group and of a user over two servers', async () => {
  const [a, b] = [await start('a'), await start('b')];
  const ids = Array.from({ length: 25 }, (_, i) => String(i).padStart(2, '0'));
  for (const [i, id] of ids.entries()) {
    const { manager } = i % 2 === 0 ? a : b;
    await manager.onConnected(new LifetimeSuiteClient(i < 3 ? 'ada' : undefined, id));
    if (i > 0) await manager.addToGroup(id, 'room');
  }
  const filters = [{}, { group: 'room' }, { user: 'ada' }, { user: 'nobody' }];
  const counts = await Promise.all(filters.map((filter) => a.hub.count(filter)));
  expect(counts).toEqual([25, 24, 3, 0]);
  expect(idsOf(await b.hub.connections({ user: 'ada' }))).toEqual(['00', '01', '02']);
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await b.hub.page({ group: 'room', limit: 10, cursor });
    pages.push(idsOf(page.connections));
    cursor = page.nextCursor;
    // A member that leaves during the reading moves no other member to another page.
    await a.manager.removeFromGroup('02', 'room');
  } while (cursor !== undefined);
  expect(pages.map(({ length }) => length)).toEqual([10, 10, 4]);
  expect(pages.flat()).toEqual(ids.slice(1));
  await expect(a.hub.page({ cursor: '%' })).rejects.toMatchObject({
    code: 'ERR_SIGNALR_PRESENCE_QUERY_INVALID',
  });
});

test('a page leaves out the connections of a crashed server and is still full', async () => {
  const { manager, hub } = await start('a');
  for (const id of ['2', '4', '6', '8'])
    await manager.onConnected(new LifetimeSuiteClient(undefined, id));
  const admin = await createClient({ url: server.url }).connect();
  cleanups.push(() => admin.destroy());
  for (const id of ['1', '3', '5', '7', '9'])
    await admin.zAdd('ChatHub:presence:all', { score: 0, value: `["${id}","crashed",null]` });
  const first = await hub.page({ limit: 3 });
  expect(idsOf(first.connections)).toEqual(['2', '4', '6']);
  const second = await hub.page({ limit: 3, cursor: first.nextCursor });
  expect([idsOf(second.connections), second.nextCursor]).toEqual([['8'], undefined]);
});

test('a change reaches listeners on all servers once, and the lists contain it already', async () => {
  const [a, b] = [await start('a'), await start('b')];
  const changes: string[] = [];
  let resolve: (counts: Promise<number[]>) => void;
  const counts = new Promise<number[]>((onCounts) => (resolve = onCounts));
  let finish: () => void;
  const finished = new Promise<void>((onFinished) => (finish = onFinished));
  const stop = b.hub.onChange((change) => {
    if (change.type === 'reset') return;
    const group = 'group' in change ? ` ${change.group}` : '';
    const { connectionId, userIdentifier, serverName } = change.connection;
    changes.push(`${connectionId} ${userIdentifier} ${serverName} ${change.type}${group}`);
    if (change.type === 'joined')
      resolve(Promise.all([b.hub.count(), b.hub.count({ group: 'room' })]));
    if (change.type === 'disconnected') finish();
  });
  // The subscription is complete when a message that is published after it has arrived.
  const admin = await createClient({ url: server.url }).connect();
  cleanups.push(() => admin.destroy());
  const channel = 'ChatHub:internal:presence';
  while ((await admin.pubSubNumSub([channel]))[channel] === 0);
  const ann = new LifetimeSuiteClient('ann', '1');
  await a.manager.onConnected(ann);
  await a.manager.addToGroup('1', 'room');
  expect(await counts).toEqual([1, 1]);
  await a.manager.onDisconnecting?.(ann);
  await a.manager.onDisconnected(ann);
  await finished;
  expect(changes).toEqual([
    '1 ann a connected',
    '1 ann a joined room',
    '1 ann a left room',
    '1 ann a disconnected',
  ]);
  stop();
  while ((await admin.pubSubNumSub([channel]))[channel] !== 0);
});

test('listeners receive a reset after an outage of Redis', async () => {
  const { hub, log, manager } = await start('a');
  await manager.onConnected(new LifetimeSuiteClient('ann', '1'));
  const reset = new Promise<void>((resolve) => {
    hub.onChange(({ type }) => {
      if (type === 'reset') resolve();
    });
  });
  await server.close();
  await log.logged(/does not reach/);
  server = await startRedisServer({ port: server.port });
  await reset;
});

test('joining a group costs the same regardless of the groups that a connection has', async () => {
  const { manager } = await start('a');
  await manager.onConnected(new LifetimeSuiteClient('ann', '1'));
  const admin = await createClient({ url: server.url }).connect();
  const monitor = await createClient({ url: server.url }).connect();
  cleanups.push(
    () => admin.destroy(),
    () => monitor.destroy(),
  );
  const sizes = new Map<string, number>();
  await monitor.monitor((line) => {
    const group = /group (\d+)\b/.exec(String(line))?.[1];
    if (group !== undefined && String(line).includes('presence'))
      sizes.set(group, (sizes.get(group) ?? 0) + String(line).length);
  });
  for (let i = 100; i < 160; i++) await manager.addToGroup('1', `group ${i}`);
  await admin.echo('done');
  while (!sizes.has('159')) await new Promise(setImmediate);
  // Other commands may mention the group of some joins, so the cheapest of nine counts.
  const cheapest = (from: number): number =>
    Math.min(...Array.from({ length: 9 }, (_, i) => sizes.get(`${from + i}`) as number));
  // Join 159 was sent after join 158 was complete.
  const [first, last] = [cheapest(100), cheapest(150)];
  expect(first).toBeGreaterThan(0);
  // Timestamps and ports in the lines differ by a few characters.
  expect(Math.abs(first - last)).toBeLessThan(20);
});

test('a full Redis is reported, and messages are still sent', async () => {
  const { manager, log } = await start('a');
  const ann = new LifetimeSuiteClient('ann', '1');
  await manager.onConnected(ann);
  const admin = await createClient({ url: server.url }).connect();
  cleanups.push(() => admin.destroy());
  await admin.configSet('maxmemory', '1');
  await manager.addToGroup('1', 'room');
  await log.logged(/Presence of ChatHub does not work: Redis is full/);
  await manager.sendGroup('room', 'm', ['delivered']);
  expect((await ann.next()).arguments).toEqual(['delivered']);
  expect(manager.health?.().status).toBe('Degraded');
  await admin.configSet('maxmemory', '0');
  await log.logged(/Presence of ChatHub works again/);
});
