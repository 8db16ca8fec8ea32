import { createClient } from '@redis/client';
import { LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import type { HubLifetimeManager, PresentConnection } from '@practical-signalr/server/scale-out';
import { afterEach, expect, test as baseTest } from 'vitest';
import { startRedisServer } from '../local/index.ts';
import { redis } from '../redis.ts';
import { CuttableProxy } from '../testing/cuttable-proxy.ts';
import { LoggedHub } from '../testing/logged-hub.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';
import { presence, type PresenceOptions } from './presence.ts';

const test = baseTest.skipIf(!hasRedisServer);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

async function startServer(
  presenceUrl: (port: number) => Promise<string>,
  options: Partial<PresenceOptions> = {},
) {
  const server = await startRedisServer();
  cleanups.push(() => server.close());
  const { url, port } = server;
  const online = presence({ url: await presenceUrl(port), heartbeatTimeout: 500, ...options });
  const log = new LoggedHub();
  const manager = redis({ url, presence: online })(log.hub);
  cleanups.push(() => manager.close?.());
  return { url, log, manager, online, hub: online.of('ChatHub') };
}

/** On a busy machine, replies may take longer than `heartbeatTimeout`, also after a recovery. */
async function healthy(manager: HubLifetimeManager): Promise<void> {
  while (manager.health?.().status !== 'Healthy') await new Promise(setImmediate);
}

test('a presence connection that dies silently does not block the hub, and recovers', async () => {
  let proxy: CuttableProxy | undefined;
  const { log, manager, hub } = await startServer(async (port) => {
    proxy = await CuttableProxy.start(port);
    cleanups.push(() => proxy?.close());
    return proxy.url;
  });
  await manager.onConnected(new LifetimeSuiteClient('ann', '1'));
  await log.logged(/over Redis/);
  await healthy(manager);
  proxy?.cut();
  // Without a limit, these wait until the operating system gives up the connection.
  await manager.onConnected(new LifetimeSuiteClient('bob', '2'));
  await manager.addToGroup('2', 'room');
  await log.logged(/Presence of ChatHub does not work: Redis was silent for 500 ms/);
  expect(manager.health?.()).toMatchObject({
    status: 'Degraded',
    description: 'Presence: Redis was silent for 500 ms.',
  });
  await expect(hub.members('room')).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_UNAVAILABLE',
  });
  await manager.addToGroup('1', 'room');
  proxy?.mend();
  await log.logged(/Presence of ChatHub works again/);
  await healthy(manager);
  let members: string[] = [];
  while (members.length < 2) {
    members = (await hub.members('room')).map(({ connectionId }) => connectionId).sort();
    await new Promise(setImmediate);
  }
  expect(members).toEqual(['1', '2']);
});

test('what ends while presence cannot be reached is not listed afterwards', async () => {
  let proxy: CuttableProxy | undefined;
  const { log, manager, hub } = await startServer(async (port) => {
    proxy = await CuttableProxy.start(port);
    cleanups.push(() => proxy?.close());
    return proxy.url;
  });
  const clients = ['1', '2', '3'].map((id) => new LifetimeSuiteClient('ann', id));
  for (const client of clients) {
    await manager.onConnected(client);
    await manager.addToGroup(client.connectionId, 'room');
  }
  await healthy(manager);
  await untilIds(() => hub.members('room'), ['1', '2', '3']);
  proxy?.cut();
  await manager.onDisconnected(clients[1] as LifetimeSuiteClient);
  await manager.removeFromGroup('3', 'room');
  await log.logged(/Presence of ChatHub does not work/);
  proxy?.mend();
  await log.logged(/Presence of ChatHub works again/);
  await untilIds(() => hub.members('room'), ['1']);
  await untilIds(() => hub.connections({ user: 'ann' }), ['1', '3']);
});

test('missing permissions for presence are reported, and the hub works without it', async () => {
  const { url, log, manager, hub } = await startServer(async (port) => {
    const admin = await createClient({ url: `redis://127.0.0.1:${port}` }).connect();
    const rules = ['on', '>secret', '-@all', '+hello', '+ping', '+client', '+hset', '~*'];
    await admin.sendCommand(['ACL', 'SETUSER', 'limited', ...rules]);
    admin.destroy();
    return `redis://limited:secret@127.0.0.1:${port}`;
  });
  await log.logged(/Presence of ChatHub does not work: Redis denies.*ZADD.*\+zadd/);
  const ann = new LifetimeSuiteClient('ann', '1');
  await manager.onConnected(ann);
  await log.logged(/over Redis/);
  await manager.addToGroup('1', 'room');
  await manager.sendGroup('room', 'm', ['delivered']);
  expect((await ann.next()).arguments).toEqual(['delivered']);
  expect(manager.health?.()).toMatchObject({
    status: 'Degraded',
    description: expect.stringMatching(/^Presence: .*ZADD/) as string,
  });
  const admin = await createClient({ url }).connect();
  await admin.sendCommand(['ACL', 'SETUSER', 'limited', '+@all']);
  admin.destroy();
  await log.logged(/Presence of ChatHub works again/);
  // The renewal that has succeeded writes the complete state.
  let members: PresentConnection[] = [];
  while (members.length === 0) members = await hub.members('room');
  expect(members.map(({ connectionId }) => connectionId)).toEqual(['1']);
});

test('a server may use the presence of another one that has closed', async () => {
  const { url, manager, online, hub } = await startServer(localUrl);
  await manager.close?.();
  await expect(hub.count()).rejects.toMatchObject({ code: 'ERR_SIGNALR_REDIS_UNAVAILABLE' });
  const next = redis({ url, presence: online })(new LoggedHub().hub);
  cleanups.push(() => next.close?.());
  await next.onConnected(new LifetimeSuiteClient('ann', '1'));
  await untilListed(() => hub.connections());
});

test('lists that Redis has evicted are written again', async () => {
  const { url, manager, hub } = await startServer(localUrl, { leaseTime: 300 });
  await manager.onConnected(new LifetimeSuiteClient('ann', '1'));
  await manager.addToGroup('1', 'room');
  const admin = await createClient({ url }).connect();
  cleanups.push(() => admin.destroy());
  const lists = {
    all: () => hub.connections(),
    'group:room': () => hub.connections({ group: 'room' }),
    'user:ann': () => hub.connections({ user: 'ann' }),
  };
  for (const [key, read] of Object.entries(lists)) {
    await untilListed(read);
    await admin.del(`ChatHub:presence:${key}`);
    await untilListed(read);
  }
});

const localUrl = async (port: number): Promise<string> => `redis://127.0.0.1:${port}`;

/** Waits until a list contains exactly these connections. */
async function untilIds(
  read: () => Promise<readonly PresentConnection[]>,
  expected: readonly string[],
): Promise<void> {
  let ids: readonly string[] = [];
  do {
    await new Promise(setImmediate);
    ids = (await read().catch(() => [])).map(({ connectionId }) => connectionId).sort();
  } while (ids.join() !== expected.join());
}

/** Waits until a list contains a connection. */
async function untilListed(read: () => Promise<readonly PresentConnection[]>): Promise<void> {
  for (;;) {
    const connections = await read().catch(() => []);
    if (connections.length > 0) return;
    await new Promise(setImmediate);
  }
}
