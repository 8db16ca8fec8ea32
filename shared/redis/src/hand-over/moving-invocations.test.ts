import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { redis } from '../redis.ts';
import { KeepingConnection } from '../testing/keeping-connection.ts';
import { LoggedHub } from '../testing/logged-hub.ts';
import {
  claimConnection,
  type MovedConnection,
  type MovingManager,
  recordConnection,
} from '../testing/move-connection.ts';
import { RecordingRedis } from '../testing/recording-redis.ts';

let server: RecordingRedis;
/** The log of the server that was started last. */
let log: LoggedHub;
const managers: MovingManager[] = [];
beforeEach(() => {
  server = new RecordingRedis();
});
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.close?.();
});

async function start(): Promise<MovingManager> {
  log = new LoggedHub();
  const manager = redis({ client: server.client, handOver: true })(log.hub) as MovingManager;
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

test('changes of groups wait for a connection that moves, and other connections do not', async () => {
  const [a, b, c] = [await start(), await start(), await start()];
  const connection = new KeepingConnection('c');
  const other = new KeepingConnection('other');
  for (const each of [connection, other]) await a.onConnected(each);
  await a.addToGroup('c', 'left');
  await recordConnection(a, connection);
  let changes = 0;
  const changed = [
    a.addToGroup('c', 'from a'),
    c.addToGroup('c', 'from c'),
    a.removeFromGroup('c', 'left'),
  ].map((change) => change.then(() => changes++));
  await Promise.all([a.addToGroup('other', 'g'), c.addToGroup('other', 'h')]);
  expect(changes).toBe(0);
  const { connection: moved } = (await claimConnection(b, connection)) as MovedConnection;
  await Promise.all(changed);
  for (const group of ['left', 'from a', 'from c', 'g', 'h'])
    await a.sendGroup(group, 'm', [group]);
  await a.sendAll('m', ['end']);
  await Promise.all([moved.until('end'), other.until('end')]);
  expect(moved.received).toEqual(['from a', 'from c', 'end']);
  expect(other.received).toEqual(['g', 'h', 'end']);
});

test('a server keeps the channels that an arriving connection needs, and drops what is early', async () => {
  const [a, sender, b] = [await start(), await start(), await start()];
  const connection = new KeepingConnection('c', 'ann');
  await a.onConnected(connection);
  await a.addToGroup('c', 'g');
  const earlier = new KeepingConnection('earlier', 'ann');
  await b.onConnected(earlier);
  await b.addToGroup('earlier', 'g');
  await recordConnection(a, connection);
  server.holdsSubscriptions = true;
  const claimed = claimConnection(b, connection);
  while (server.heldSubscriptions.length === 0) await nextTurn();
  await b.removeFromGroup('earlier', 'g');
  await b.onDisconnected(earlier);
  const confirm = server.holdConfirmations();
  // Both servers receive this. It belongs to the old one.
  const early = sender.sendConnection('c', 'm', ['early']);
  const lines = log.lines.length;
  for (const confirmSubscription of server.heldSubscriptions.splice(0)) confirmSubscription();
  server.holdsSubscriptions = false;
  await nextTurn();
  confirm();
  await early;
  const { connection: moved, before } = (await claimed) as MovedConnection;
  await a.sendGroup('g', 'm', ['group']);
  await a.sendUser('ann', 'm', ['user']);
  await a.sendAll('m', ['end']);
  await moved.until('end');
  expect([before, moved.received]).toEqual([['early'], ['group', 'user', 'end']]);
  expect(log.lines.slice(lines)).toEqual([]);
});

test.each(['ann', 'eve'])(
  'a server that may not subscribe to a channel of a connection does not continue it (%s)',
  async (otherUser) => {
    const [a, b] = [await start(), await start()];
    const connection = new KeepingConnection('c', 'ann');
    const other = new KeepingConnection('other', otherUser);
    await a.onConnected(connection);
    for (const group of ['g', 'h', 'refused']) await a.addToGroup('c', group);
    await b.onConnected(other);
    await b.addToGroup('other', 'g');
    const count = (): unknown => b.health?.().data['subscriptions'];
    const before = count();
    const { isMoved } = await recordConnection(a, connection);
    server.refusedChannels.add('ChatHub:group:refused');
    await expect(claimConnection(b, connection)).rejects.toMatchObject({
      code: 'ERR_SIGNALR_REDIS_REFUSED',
    });
    expect(count()).toBe(before);
    // The channels that others of the server need stay.
    await a.sendGroup('g', 'm', ['group']);
    await a.sendUser(otherUser, 'm', ['user']);
    await other.until('user');
    expect(other.received).toEqual(['group', 'user']);
    await a.close?.();
    expect(await isMoved).toBe(false);
  },
);
