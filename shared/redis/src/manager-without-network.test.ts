import { setImmediate as nextTurn } from 'node:timers/promises';
import { Gate, type HubLifetimeManager } from '@practical-signalr/server/scale-out';
import { lifetimeCases } from '@practical-signalr/server/lifetime-suite';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { HubHistory } from './history/hub-history.ts';
import { PresenceChanges } from './presence/presence-changes.ts';
import type { Presence } from './presence/presence.ts';
import { redis } from './redis.ts';
import { RedisLifetimeManager } from './redis-lifetime-manager.ts';
import { type RedisOptions, resolveRedisOptions } from './redis-options.ts';
import { KeepingConnection } from './testing/keeping-connection.ts';
import { LoggedHub } from './testing/logged-hub.ts';
import {
  claimConnection,
  type MovingManager,
  recordConnection,
} from './testing/move-connection.ts';
import { RecordingRedis } from './testing/recording-redis.ts';

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

/** A presence that records its calls. */
class FakePresence {
  readonly calls: string[] = [];
  readonly changes = new PresenceChanges();
  problem: string | undefined;

  changesOf(): PresenceChanges {
    return this.changes;
  }
  release(): void {
    this.calls.push('release');
  }
  track(): unknown {
    const record =
      (method: string) =>
      async (...args: unknown[]): Promise<void> =>
        void this.calls.push([method, ...args].join(' '));
    const tracker = Object.fromEntries(
      ['addConnection', 'removeConnection', 'addToGroup', 'removeFromGroup', 'close'].map(
        (method) => [method, record(method)],
      ),
    );
    return Object.defineProperty(tracker, 'problem', { get: () => this.problem });
  }
}

interface Started {
  readonly server: RecordingRedis;
  readonly manager: HubLifetimeManager;
  readonly log: LoggedHub;
}

/** Starts one server, and waits until it is connected. */
async function start(
  options: Partial<RedisOptions> = {},
  presence?: FakePresence,
  server = new RecordingRedis(),
): Promise<Started> {
  const log = new LoggedHub();
  const resolved = resolveRedisOptions({ client: server.client, serverName: 'server', ...options });
  const manager = new RedisLifetimeManager(
    { ...resolved, presence: presence as Presence | undefined },
    log.hub,
  );
  cleanups.push(() => manager.close());
  await log.logged(/over Redis/);
  return { server, manager, log };
}

test('presence learns of connections and groups, and of their end', async () => {
  const presence = new FakePresence();
  const { manager } = await start({}, presence);
  const connection = new KeepingConnection('c', 'ann');
  await manager.onConnected(connection);
  await manager.addToGroup('c', 'half \uD83D');
  await manager.removeFromGroup('c', 'half \uD83D');
  await manager.onDisconnecting?.(connection);
  await manager.onDisconnected(connection);
  expect(presence.calls).toEqual([
    'addConnection c ann',
    // As in Redis, half of an emoji is replaced.
    'addToGroup c half \uFFFD',
    'removeFromGroup c half \uFFFD',
    'removeConnection c',
    'removeConnection c',
  ]);
  await manager.close?.();
  expect(presence.calls.slice(5)).toEqual(['close', 'release']);
});

test('presence closes, also if the last sends are not confirmed', async () => {
  const presence = new FakePresence();
  const { manager, server } = await start({ heartbeatTimeout: 20 }, presence);
  const confirm = server.holdConfirmations();
  await manager.sendAll('m', []);
  await expect(manager.close?.()).rejects.toMatchObject({ code: 'ERR_SIGNALR_REDIS_NOT_FLUSHED' });
  expect(presence.calls).toEqual(['close', 'release']);
  cleanups.length = 0;
  confirm();
});

test('listeners of presence are told to start again after an outage', async () => {
  const presence = new FakePresence();
  const { server, log } = await start({}, presence);
  const changes: unknown[] = [];
  cleanups.push(presence.changes.onChange((change) => changes.push(change)));
  await nextTurn();
  server.interrupt();
  await log.logged(/over Redis again/);
  expect(changes).toEqual([{ type: 'reset' }]);
});

test('health reports the problems of presence', async () => {
  const presence = new FakePresence();
  const { manager } = await start({}, presence);
  expect(manager.health?.().status).toBe('Healthy');
  presence.problem = 'no ZADD.';
  expect(manager.health?.()).toMatchObject({
    status: 'Degraded',
    description: 'Presence: no ZADD.',
  });
});

test('a connection whose channel is refused is not kept', async () => {
  const presence = new FakePresence();
  const { manager, server } = await start({}, presence);
  server.refusedChannels.add('ChatHub:user:ann');
  const connection = new KeepingConnection('c', 'ann');
  await expect(manager.onConnected(connection)).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_REFUSED',
  });
  expect(presence.calls.at(-1)).toBe('removeConnection c');
  await manager.sendAll('m', ['x']);
  await manager.sendConnection('c', 'm', ['y']);
  await nextTurn();
  expect(connection.received).toEqual([]);
});

test('a connection whose group is refused is not a member, and may join later', async () => {
  const presence = new FakePresence();
  const { manager, server } = await start({}, presence);
  const connection = new KeepingConnection('c');
  await manager.onConnected(connection);
  server.refusedChannels.add('ChatHub:group:g');
  await expect(manager.addToGroup('c', 'g')).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_REFUSED',
  });
  expect(presence.calls).toEqual(['addConnection c ']);
  server.refusedChannels.clear();
  await manager.addToGroup('c', 'g');
  await manager.sendGroup('g', 'm', ['member']);
  await connection.until('member');
  expect(connection.received).toEqual(['member']);
});

test('a connection that leaves a group while it joins is not listed as a member', async () => {
  const presence = new FakePresence();
  const { manager, server } = await start({}, presence);
  await manager.onConnected(new KeepingConnection('c'));
  await manager.onConnected(new KeepingConnection('d'));
  server.holdsSubscriptions = true;
  const joins = [manager.addToGroup('c', 'g'), manager.addToGroup('d', 'h')];
  const left = manager.removeFromGroup('c', 'g');
  const gone = manager.onDisconnected(new KeepingConnection('d'));
  await nextTurn();
  server.holdsSubscriptions = false;
  for (const confirm of server.heldSubscriptions.splice(0)) confirm();
  await Promise.all([...joins, left, gone]);
  expect(presence.calls.filter((call) => call.startsWith('addToGroup'))).toEqual([]);
});

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

test('the history learns of connections and groups, and is told about outages', async () => {
  const calls: string[] = [];
  const nameOf = (arg: unknown): string =>
    typeof arg === 'string' ? arg : (arg as KeepingConnection).connectionId;
  const spy = (method: keyof HubHistory, result?: unknown): void => {
    vi.spyOn(HubHistory.prototype, method as 'close').mockImplementation(((...args: unknown[]) => {
      calls.push([method, ...args.map(nameOf)].join(' '));
      return result;
    }) as never);
  };
  spy('onConnected');
  spy('onDisconnected');
  spy('onReconnected');
  spy('changeGroup', Promise.resolve());
  spy('recordGap');
  vi.spyOn(HubHistory.prototype, 'publishTo').mockImplementation((target) => {
    calls.push(`publishTo ${target}`);
    return (client, channel, payload) => client.publish(channel, Buffer.from(payload));
  });
  const { manager, server, log } = await start({ history: {} });
  const connection = new KeepingConnection('c', 'ann');
  await manager.onConnected(connection);
  await manager.addToGroup('c', 'g');
  await manager.removeFromGroup('c', 'g');
  await manager.sendAll('m', []);
  await manager.sendGroup('g', 'm', []);
  await manager.sendUser('ann', 'm', []);
  await manager.sendConnection('elsewhere', 'm', []);
  await manager.onDisconnected(connection);
  const targets = calls.filter((call) => call.startsWith('publishTo'));
  expect(new Set(targets).size).toBe(3);
  expect(calls.filter((call) => !targets.includes(call))).toEqual([
    'onConnected c',
    'changeGroup c g add',
    'changeGroup c g remove',
    'onDisconnected c',
  ]);
  calls.length = 0;
  server.disconnect();
  await manager.sendConnection('elsewhere', 'm', []);
  expect(calls).toEqual([]);
  await manager.sendAll('m', []);
  server.reconnect();
  await log.logged(/over Redis again/);
  expect(calls.filter((call) => !call.startsWith('publishTo'))).toEqual([
    'recordGap',
    'onReconnected',
  ]);
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

test('a connection that moves is listed on its new server, after it has gone from the old one', async () => {
  const server = new RecordingRedis();
  const [before, after] = [new FakePresence(), new FakePresence()];
  const { manager: a } = await start({ handOver: true }, before, server);
  const options = { handOver: true, serverName: 'new' };
  const { manager: b } = await start(options, after, server);
  const connection = new KeepingConnection('c', 'ann');
  await a.onConnected(connection);
  await a.addToGroup('c', 'g');
  const { isMoved } = await recordConnection(a as MovingManager, connection);
  await claimConnection(b as MovingManager, connection);
  expect(await isMoved).toBe(true);
  expect(before.calls.at(-1)).toBe('removeConnection c');
  expect(after.calls).toEqual(['addConnection c ann', 'addToGroup c g']);
});
