import { Gate, type HubLifetimeManager } from '@practical-signalr/server/scale-out';
import { createClient } from '@redis/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startRedisServer, type RedisServerProcess } from '../local/index.ts';
import type { RedisOptions } from '../redis-options.ts';
import { redis } from '../redis.ts';
import { LoggedHub } from '../testing/logged-hub.ts';
import { KeepingConnection } from '../testing/keeping-connection.ts';
import {
  claimConnection,
  type MovingManager,
  recordConnection,
} from '../testing/move-connection.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';

describe.skipIf(!hasRedisServer)('with a Redis', () => {
  let server: RedisServerProcess;
  const managers: MovingManager[] = [];
  let log: LoggedHub;

  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server.close());
  afterEach(async () => {
    for (const manager of managers.splice(0)) await manager.close?.();
  });

  async function start(options: RedisOptions = {}): Promise<MovingManager> {
    log = new LoggedHub();
    const manager = redis({ url: server.url, handOver: true, ...options })(
      log.hub,
    ) as MovingManager;
    managers.push(manager);
    await log.logged(/over Redis/);
    return manager;
  }

  /** Connects a connection that is in the groups g and h. */
  async function connect(manager: MovingManager, id: string): Promise<KeepingConnection> {
    const connection = new KeepingConnection(id, `user of ${id}`);
    await manager.onConnected(connection);
    for (const group of ['g', 'h']) await manager.addToGroup(id, group);
    return connection;
  }

  /**
   * Sends to all, groups, users and connections in turn until it is stopped. Returns what each
   * connection must get.
   */
  function startSending(from: MovingManager, ids: readonly string[]) {
    const expected = new Map<string, unknown[]>(ids.map((id) => [id, []]));
    const state = { isStopped: false };
    const expectAll = (value: string): void => {
      for (const values of expected.values()) values.push(value);
    };
    const sent = (async () => {
      for (let n = 0; !state.isStopped || n < 100; n++) {
        expectAll(`all ${n}`);
        await from.sendAll('m', [`all ${n}`]);
        expectAll(`group ${n}`);
        await from.sendGroup('g', 'm', [`group ${n}`]);
        for (const id of ids) {
          expected.get(id)?.push(`user ${n}`, `connection ${n}`);
          await from.sendUser(`user of ${id}`, 'm', [`user ${n}`]);
          await from.sendConnection(id, 'm', [`connection ${n}`]);
        }
        await new Promise(setImmediate);
      }
      expectAll('end');
      await from.sendAll('m', ['end']);
    })();
    return { expected, stop: () => (state.isStopped = true), sent };
  }

  test.for([false, true])(
    'every message reaches one of both servers once and in order (a slow client on both: %s)',
    async (hasSlowClients) => {
      const [a, b, sender] = [await start(), await start(), await start()];
      const ids = Array.from({ length: 8 }, (_, n) => `c${n}`);
      const connections = await Promise.all(ids.map((id) => connect(a, id)));
      const slow = await Promise.all([connect(a, 'slow a'), connect(b, 'slow b')]);
      const { expected, stop, sent } = startSending(sender, ids);
      await Promise.all(connections.map((connection) => connection.until('all 3')));
      if (hasSlowClients) for (const connection of slow) connection.room = new Gate();
      const moved = await Promise.all(
        connections.map(async (connection) => {
          const { isMoved } = await recordConnection(a, connection);
          const claimed = await claimConnection(b, connection);
          expect(await isMoved).toBe(true);
          return claimed;
        }),
      );
      stop();
      await sent;
      for (const connection of slow) {
        const { room } = connection;
        connection.room = undefined;
        room?.open();
      }
      for (const claimed of moved) {
        await claimed?.connection.until('end');
        const { connection, before } = claimed as NonNullable<typeof claimed>;
        const all = [...before, ...connection.received] as string[];
        const wanted = expected.get(connection.connectionId) as string[];
        // While a client is slow, the messages of its channels wait, and those of others do not.
        if (!hasSlowClients) expect(all).toEqual(wanted);
        for (const kind of ['all', 'group', 'user', 'connection']) {
          const ofKind = (text: string): boolean => text.startsWith(kind);
          expect(all.filter(ofKind)).toEqual(wanted.filter(ofKind));
        }
      }
    },
  );

  test('groups and results move with the connection', async () => {
    const [a, b, c] = [await start(), await start(), await start()];
    const connection = await connect(a, 'c');
    await recordConnection(a, connection);
    // While the connection moves, changes of its groups wait.
    const joined = [a.addToGroup('c', 'from a'), c.addToGroup('c', 'from c')];
    const left = a.removeFromGroup('c', 'h');
    const claimed = await claimConnection(b, connection);
    await Promise.all([...joined, left]);
    for (const group of ['g', 'from a', 'from c', 'h']) await a.sendGroup(group, 'm', [group]);
    await a.sendAll('m', ['end']);
    await claimed?.connection.until('end');
    expect(claimed?.connection.received).toEqual(['g', 'from a', 'from c', 'end']);
    expect(claimed?.groups).toEqual(['g', 'h']);
    expect(connection.received).toEqual([]);
  });

  test.for([10, 5000])(
    'what a connection gets while it moves goes with it (%i characters)',
    async (length) => {
      const [a, b] = [await start(), await start()];
      const connection = await connect(a, 'c');
      const text = 'x'.repeat(length);
      await recordConnection(a, connection);
      await b.sendConnection('c', 'm', [text]);
      await connection.until(text);
      const claimed = await claimConnection(b, connection);
      expect(claimed?.before).toEqual([text]);
    },
  );

  test('only one of several servers that claim at once succeeds', async () => {
    const [a, ...others] = [await start(), await start(), await start(), await start()];
    const connection = await connect(a as MovingManager, 'c');
    const { isMoved } = await recordConnection(a as MovingManager, connection);
    const claims = await Promise.all(others.map((other) => claimConnection(other, connection)));
    expect(claims.filter((claimed) => claimed !== undefined)).toHaveLength(1);
    expect(await isMoved).toBe(true);
    // The servers that failed receive nothing for the connection.
    await (a as MovingManager).sendConnection('c', 'm', ['once']);
    await claims.find((claimed) => claimed !== undefined)?.connection.until('once');
  });

  test('a record that nobody claims in time is withdrawn, and cannot be claimed later', async () => {
    const [a, b] = [await start(), await start()];
    const connection = await connect(a, 'c');
    const { isMoved } = await recordConnection(a, connection, { lifetime: 1 });
    expect(await isMoved).toBe(false);
    expect(await claimConnection(b, connection)).toBeUndefined();
    await b.sendConnection('c', 'm', ['still here']);
    await connection.until('still here');
  });

  test('a claim fails if the old server has ended the connection meanwhile', async () => {
    const [a, b] = [await start(), await start({ heartbeatTimeout: 500 })];
    const connection = await connect(a, 'c');
    const { isMoved } = await recordConnection(a, connection);
    const found = await b.handOver.find('c');
    await a.onDisconnected(connection);
    expect(await isMoved).toBe(false);
    expect(await found?.claim(new KeepingConnection('c'), [])).toBeUndefined();
  });

  test('a claim fails if the old server has crashed', async () => {
    const [a, b] = [await start(), await start({ heartbeatTimeout: 200 })];
    const connection = await connect(a, 'c');
    await recordConnection(a, connection);
    await managers.shift()?.close?.();
    expect(await claimConnection(b, connection)).toBeUndefined();
    // The channels of the connection are free again.
    const { subscriptions } = b.health?.().data ?? {};
    expect(subscriptions).toBe((await start()).health?.().data['subscriptions']);
  });

  test('if the new server crashes before it confirms its claim, the old one ends the connection', async () => {
    const [a, b] = [await start({ heartbeatTimeout: 500 }), await start()];
    const connection = await connect(a, 'c');
    const client = await createClient({ url: server.url }).connect();
    // The record is gone when its time is over. No claim is confirmed after that.
    const { isMoved } = await recordConnection(a, connection, { lifetime: 1500 });
    const keys = await client.keys('*:record:c');
    expect(keys).toHaveLength(1);
    await client.del(keys);
    await client.close();
    expect(await isMoved).toBe(false);
    expect(await claimConnection(b, connection)).toBeUndefined();
    await b.sendConnection('c', 'm', ['still here']);
    await connection.until('still here');
  });

  test('if the new server crashes after its claim, no server continues the connection', async () => {
    const [a, b, c] = [await start(), await start(), await start()];
    const connection = await connect(a, 'c');
    const { isMoved } = await recordConnection(a, connection);
    expect(await claimConnection(b, connection)).toBeDefined();
    expect(await isMoved).toBe(true);
    await managers.splice(1, 1)[0]?.close?.();
    for (const other of [a, c]) expect(await claimConnection(other, connection)).toBeUndefined();
  });

  test('a record that was claimed cannot be claimed again, also if it is written back', async () => {
    const [a, b, c] = [await start(), await start(), await start({ heartbeatTimeout: 200 })];
    const connection = await connect(a, 'c');
    await recordConnection(a, connection);
    const client = await createClient({ url: server.url }).connect();
    const [key] = await client.keys('*:record:c');
    const value = await client.get(String(key));
    expect(await claimConnection(b, connection)).toBeDefined();
    await client.set(String(key), String(value));
    expect(await claimConnection(c, connection)).toBeUndefined();
    await client.close();
  });

  test('a token is used once on all servers, until it is forgotten', async () => {
    const [a, b] = [await start(), await start()];
    const use = (manager: MovingManager, lifetime: number) =>
      manager.handOver.useToken?.('t', lifetime);
    expect(await use(a, 60_000)).toBe(true);
    expect(await use(a, 60_000)).toBe(false);
    expect(await use(b, 60_000)).toBe(false);
    const client = await createClient({ url: server.url }).connect();
    const [key] = await client.keys('*:token:t');
    expect(await client.pTTL(String(key))).toBeGreaterThan(0);
    await client.pExpire(String(key), 1);
    while ((await client.exists(String(key))) === 1) await new Promise(setImmediate);
    await client.close();
    expect(await use(b, 60_000)).toBe(true);
  });

  test('times may have a fraction, for example as the result of a product', async () => {
    const minutes = 4.35 * 60_000;
    expect(Number.isInteger(minutes)).toBe(false);
    const options = { heartbeatTimeout: minutes };
    const [a, b] = [await start(options), await start(options)];
    const use = ({ handOver }: MovingManager) => handOver.useToken?.('fraction', minutes);
    expect([await use(a), await use(b)]).toEqual([true, false]);
    const old = await connect(a, 'fraction');
    const isMoved = await recordConnection(a, old, {
      lifetime: minutes,
      createTail: () => JSON.stringify(['x'.repeat(3000)]), // is stored in Redis
    });
    expect(await claimConnection(b, old)).toMatchObject({ groups: ['g', 'h'] });
    expect(await isMoved.isMoved).toBe(true);
  });

  test('a claim fails if the connection cannot continue', async () => {
    const [a, b] = [await start(), await start()];
    const connection = await connect(a, 'c');
    const { isMoved } = await recordConnection(a, connection, { createTail: () => undefined });
    expect(await claimConnection(b, connection)).toBeUndefined();
    expect(await isMoved).toBe(false);
  });

  test.for([
    ['is full', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0'], /OOM/],
    [
      'is read-only',
      ['REPLICAOF', '127.0.0.1', '1'],
      ['REPLICAOF', 'NO', 'ONE'],
      /read-only replica/,
    ],
    [
      'denies the commands',
      ['ACL', 'SETUSER', 'default', '-set'],
      ['ACL', 'SETUSER', 'default', '+set'],
      /\+getdel/,
    ],
  ] as const)(
    'a Redis that %s leaves the connection as it is',
    async ([, spoil, repair, error]) => {
      const a = await start();
      const connection = await connect(a, 'c');
      const client = await createClient({ url: server.url }).connect();
      await client.sendCommand(spoil);
      await expect(recordConnection(a, connection)).rejects.toThrow(error);
      await client.sendCommand(repair);
      await client.close();
      await a.sendConnection('c', 'm', ['still here']);
      await connection.until('still here');
      // The connection can be recorded again.
      await a.addToGroup('c', 'later');
    },
  );
});

test('a Redis Cluster is refused', () => {
  const client = { slots: [], duplicate: () => client, publish: () => Promise.resolve(0) };
  const { hub } = new LoggedHub();
  expect(() => redis({ client, handOver: true })(hub)).toThrow(
    expect.objectContaining({ code: 'ERR_SIGNALR_REDIS_HAND_OVER_IN_CLUSTER' }),
  );
  expect(() => redis({ url: 'redis://127.0.0.1', shardedPubSub: true, handOver: true })).toThrow(
    expect.objectContaining({ code: 'ERR_SIGNALR_REDIS_HAND_OVER_IN_CLUSTER' }),
  );
});

test('without the option, a server neither hands over nor subscribes to its channel', async () => {
  const start = (options: RedisOptions) =>
    redis({ url: 'redis://127.0.0.1:1', ...options })(new LoggedHub().hub);
  const [off, on] = [start({}), start({ handOver: true })];
  const subscriptions = (manager: HubLifetimeManager) => manager.health?.().data['subscriptions'];
  expect(off.handOver).toBeUndefined();
  expect(Number(subscriptions(on)) - Number(subscriptions(off))).toBe(1);
  await Promise.all([off.close?.(), on.close?.()]);
});
