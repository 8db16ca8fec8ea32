import { setImmediate as nextTurn } from 'node:timers/promises';
import { SimpleError } from '@redis/client';
import { afterEach, expect, test, vi } from 'vitest';
import { HubHistory } from './history/hub-history.ts';
import { KeepingConnection } from './testing/keeping-connection.ts';
import {
  claimConnection,
  type MovingManager,
  recordConnection,
} from './testing/move-connection.ts';
import { RecordingRedis } from './testing/recording-redis.ts';
import { FakePresence, type StartedManager, startManager } from './testing/start-manager.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

/** Starts one server, and waits until it is connected. */
async function start(...parts: Parameters<typeof startManager>): Promise<StartedManager> {
  const started = await startManager(...parts);
  cleanups.push(() => started.manager.close?.());
  return started;
}

test('presence learns of connections and groups, and of their end', async () => {
  const presence = new FakePresence();
  const { manager } = await start({}, presence);
  expect(presence.tracked).toMatchObject({
    hubName: 'ChatHub',
    serverName: 'server',
    channel: 'ChatHub:internal:presence',
  });
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
  spy('recover', 'the reply');
  const delivered: unknown[] = [];
  vi.spyOn(HubHistory.prototype, 'deliver').mockImplementation(({ channel, bytes, receivers }) => {
    delivered.push([channel, bytes > 0, receivers()?.size]);
  });
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
  expect(await manager.recover?.(connection, 'request' as never)).toBe('the reply');
  while (delivered.length < 2) await nextTurn();
  expect(delivered).toEqual([
    ['ChatHub:all', true, 1],
    ['ChatHub:user:ann', true, 1],
  ]);
  await manager.onDisconnected(connection);
  const targets = calls.filter((call) => call.startsWith('publishTo'));
  expect(new Set(targets).size).toBe(3);
  expect(calls.filter((call) => !targets.includes(call))).toEqual([
    'onConnected c',
    'changeGroup c g add',
    'changeGroup c g remove',
    'recover c request',
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

test('a send that Redis refuses reaches the own clients, one without a reply does not', async () => {
  const { manager, server, log } = await start();
  const connection = new KeepingConnection('c');
  await manager.onConnected(connection);
  server.publishError = new SimpleError('OOM command not allowed when used memory > maxmemory');
  await manager.sendAll('m', ['refused']);
  await manager.sendAll('m', ['refused again']);
  await connection.until('refused again');
  server.publishError = new Error('Socket closed unexpectedly');
  await manager.sendAll('m', ['lost']);
  await nextTurn();
  server.publishError = undefined;
  await manager.sendAll('m', ['sent']);
  await connection.until('sent');
  expect(connection.received).toEqual(['refused', 'refused again', 'sent']);
  expect(log.matching(/cannot send to other servers/)).toHaveLength(1);
  expect(manager.health?.().data).toMatchObject({ lostSends: 2, unconfirmedSends: 1 });
});
