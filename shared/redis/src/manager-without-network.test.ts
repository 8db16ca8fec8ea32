import { setImmediate as nextTurn } from 'node:timers/promises';
import { Gate } from '@practical-signalr/server/scale-out';
import { lifetimeCases } from '@practical-signalr/server/lifetime-suite';
import { afterEach, describe, expect, test } from 'vitest';
import { redis } from './redis.ts';
import { RedisLifetimeManager } from './redis-lifetime-manager.ts';
import { resolveRedisOptions } from './redis-options.ts';
import { KeepingConnection } from './testing/keeping-connection.ts';
import { LoggedHub } from './testing/logged-hub.ts';
import { RecordingRedis } from './testing/recording-redis.ts';
import { type StartedManager, startManager } from './testing/start-manager.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

describe.each(['local', 'fail'] as const)(
  'without a network, whileDisconnected: %s',
  (whileDisconnected) => {
    test.each(lifetimeCases)('$name', async ({ run }) => {
      const { client } = new RecordingRedis();
      await run(redis({ client, whileDisconnected, ackTimeout: 5000 }));
    });
  },
);

/** Starts one server, and waits until it is connected. */
async function start(...parts: Parameters<typeof startManager>): Promise<StartedManager> {
  const started = await startManager(...parts);
  cleanups.push(() => started.manager.close?.());
  return started;
}

test('while Redis cannot be reached, named connections of this server receive messages', async () => {
  const { manager, server } = await start();
  const connections = ['a', 'b', 'c'].map((id) => new KeepingConnection(id));
  for (const connection of connections) await manager.onConnected(connection);
  const room = new Gate();
  (connections[0] as KeepingConnection).room = room;
  server.disconnect();
  let isSent = false;
  const sent = manager
    .sendConnections(['a', 'unknown', 'b', 'a', ''], 'm', ['x'])
    .then(() => (isSent = true));
  await nextTurn();
  expect(connections.map(({ received }) => received)).toEqual([['x'], ['x'], []]);
  expect(isSent).toBe(false);
  room.open();
  await sent;
  await manager.sendConnection('unknown', 'm', ['y']);
});

test('while Redis cannot be reached, all, groups and users of this server receive messages', async () => {
  const { manager, server } = await start();
  const [ann, bob] = [new KeepingConnection('a', 'ann'), new KeepingConnection('b', 'bob')];
  for (const connection of [ann, bob]) {
    await manager.onConnected(connection);
    await manager.addToGroup(connection.connectionId, 'g');
  }
  server.disconnect();
  await manager.sendAll('m', ['all']);
  await manager.sendAllExcept('m', ['all except'], ['a']);
  await manager.sendGroup('g', 'm', ['group']);
  await manager.sendGroupExcept('g', 'm', ['group except'], ['a']);
  await manager.sendUser('ann', 'm', ['user']);
  expect(ann.received).toEqual(['all', 'group', 'user']);
  expect(bob.received).toEqual(['all', 'all except', 'group', 'group except']);
});

test('an invocation fails as soon as its client closes, on every server that waits', async () => {
  const { manager, server } = await start();
  const { manager: other } = await start({ serverName: 'other' }, undefined, server);
  const connection = new KeepingConnection('c');
  await manager.onConnected(connection);
  const results = [manager, other].map((each) => each.invokeConnection('c', 'm', ['x']));
  const failed = results.map((result) => expect(result).rejects.toThrow('disconnected'));
  while (connection.received.length < 2) await nextTurn();
  manager.onClosing?.(connection);
  await Promise.all(failed);
  await manager.onDisconnecting?.(connection);
});

test('the option hubName changes the channels, unless the hub has a name of its own', async () => {
  const server = new RecordingRedis();
  const create = redis({ client: server.client, hubName: (name) => `app.${name}` });
  for (const hasExplicitName of [false, true]) {
    const log = new LoggedHub();
    const manager = create({ ...log.hub, hasExplicitName });
    cleanups.push(() => manager.close?.());
    await log.logged(/over Redis/);
    await manager.sendAll('m', []);
  }
  const channels = server.published.map(({ channel }) => channel);
  expect(channels.filter((channel) => channel.endsWith(':all'))).toEqual([
    'app.ChatHub:all',
    'ChatHub:all',
  ]);
});

test('each name is published once and unnamed ones are not, without excluded connections', async () => {
  const { manager, server } = await start();
  server.published.length = 0;
  await manager.sendConnections(['a', '', 'b', 'a'], 'm', []);
  await manager.sendUsers(['ann', '', 'ann'], 'm', []);
  await manager.sendGroups(['g', '', 'g'], 'm', []);
  expect(server.published.map(({ channel }) => channel)).toEqual([
    'ChatHub:connection:a',
    'ChatHub:connection:b',
    'ChatHub:user:ann',
    // A member of two groups receives a message twice, so a group may be named twice.
    'ChatHub:group:g',
    'ChatHub:group:g',
  ]);
});

test('an invocation that was canceled before it started reaches nobody', async () => {
  const { manager, server } = await start();
  const connection = new KeepingConnection('c');
  await manager.onConnected(connection);
  server.published.length = 0;
  for (const id of ['c', 'unknown'])
    await expect(manager.invokeConnection(id, 'm', ['x'], AbortSignal.abort())).rejects.toThrow(
      'canceled',
    );
  expect([connection.received, server.published]).toEqual([[], []]);
});

test('an argument that cannot be serialized fails the invocation, here and elsewhere', async () => {
  const { manager } = await start();
  await manager.onConnected(new KeepingConnection('c'));
  for (const id of ['c', 'unknown'])
    await expect(manager.invokeConnection(id, 'm', [1n])).rejects.toThrow('BigInt');
});

test('without a history, clients cannot recover', async () => {
  const { manager } = await start();
  const reply = await manager.recover?.(new KeepingConnection('c'), {} as never);
  expect(reply).toEqual({ recovered: false, reason: 'unsupported', groups: [] });
});

test('a process without connections receives neither messages nor commands', async () => {
  const server = new RecordingRedis();
  const log = new LoggedHub();
  const options = { ...resolveRedisOptions({ client: server.client }), holdsConnections: false };
  const manager = new RedisLifetimeManager(options, log.hub);
  cleanups.push(() => manager.close());
  await log.logged(/over Redis/);
  // One for acks, one for results.
  expect(manager.health().data['subscriptions']).toBe(2);
  const { manager: holder } = await start({}, undefined, server);
  expect(holder.health?.().data['subscriptions']).toBe(5);
});

test('only users with a name have a channel', async () => {
  const { manager } = await start();
  const count = (): unknown => manager.health?.().data['subscriptions'];
  const before = Number(count());
  await manager.onConnected(new KeepingConnection('a'));
  await manager.onConnected(new KeepingConnection('b', ''));
  expect(count()).toBe(before + 2);
  const ann = new KeepingConnection('c', 'ann');
  await manager.onConnected(ann);
  expect(count()).toBe(before + 4);
  await manager.onDisconnected(ann);
  expect(count()).toBe(before + 2);
  // A connection without a user must not take the channel of a user with this name away.
  const named = new KeepingConnection('d', 'undefined');
  await manager.onConnected(named);
  await manager.onDisconnected(new KeepingConnection('a'));
  await manager.sendUser('undefined', 'm', ['x']);
  await named.until('x');
});

test('a member that leaves does not change what a slow member receives, unless it is the last', async () => {
  const { manager, server } = await start();
  const { manager: sender } = await start({ serverName: 'sender' }, undefined, server);
  const [slow, other] = [new KeepingConnection('slow'), new KeepingConnection('other')];
  for (const connection of [slow, other]) {
    await manager.onConnected(connection);
    await manager.addToGroup(connection.connectionId, 'g');
  }
  slow.room = new Gate();
  for (const text of ['1', '2']) await sender.sendGroup('g', 'm', [text]);
  await slow.until('1');
  await nextTurn();
  expect(slow.received).toEqual(['1']);
  await manager.removeFromGroup('other', 'g');
  expect(slow.received).toEqual(['1']);
  await manager.removeFromGroup('slow', 'g');
  expect(slow.received).toEqual(['1', '2']);
  slow.room.open();
});

test('a server subscribes to a group while it has a member', async () => {
  const { manager } = await start();
  const count = (): number => Number(manager.health?.().data['subscriptions']);
  const connections = ['a', 'b', 'c'].map((id) => new KeepingConnection(id));
  for (const connection of connections) await manager.onConnected(connection);
  const before = count();
  for (const { connectionId } of connections) await manager.addToGroup(connectionId, 'g');
  expect(count()).toBe(before + 1);
  await manager.removeFromGroup('a', 'g');
  await manager.onDisconnected(connections[1] as KeepingConnection);
  expect(count()).toBe(before);
  await manager.removeFromGroup('c', 'g');
  expect(count()).toBe(before - 1);
});
