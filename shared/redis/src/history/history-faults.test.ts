import { createClient } from '@redis/client';
import { afterEach, beforeEach, expect, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from '../local/index.ts';
import type { RedisOptions } from '../redis-options.ts';
import { redis } from '../redis.ts';
import { Balancer } from '../testing/balancer.ts';
import { CuttableProxy } from '../testing/cuttable-proxy.ts';
import {
  FeedClientConnection,
  type FeedServer,
  silentLogger,
  startFeedServer,
} from '../testing/history-servers.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';

const test = baseTest.skipIf(!hasRedisServer);

const cleanups: (() => unknown)[] = [];
let redisServer: RedisServerProcess;
beforeEach(async () => {
  if (!hasRedisServer) return;
  redisServer = await startRedisServer();
  cleanups.push(() => redisServer.close());
});
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

async function start(options: RedisOptions): Promise<FeedServer> {
  const server = await startFeedServer(options);
  cleanups.push(() => server.close());
  return server;
}

async function connect(balancer: Balancer, user: string): Promise<FeedClientConnection> {
  const client = new FeedClientConnection(balancer.url, user);
  await client.connection.start();
  cleanups.push(() => client.connection.stop());
  return client;
}

async function balance(port: number): Promise<Balancer> {
  const balancer = await Balancer.start(port);
  cleanups.push(() => balancer.close());
  return balancer;
}

async function command(...args: string[]): Promise<unknown> {
  const admin = await createClient({ url: redisServer.url }).connect();
  try {
    return await admin.sendCommand(args);
  } finally {
    admin.destroy();
  }
}

const reach = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
};

test.each([
  [
    'is full',
    /^History: Redis is full \(OOM\)/,
    ['CONFIG', 'SET', 'maxmemory', '1'],
    ['CONFIG', 'SET', 'maxmemory', '0'],
  ],
  [
    'denies a command of streams',
    /^History: Redis denies this user a command or a key of the history/,
    ['ACL', 'SETUSER', 'default', '-xadd'],
    ['ACL', 'SETUSER', 'default', '+xadd'],
  ],
  [
    'is read-only',
    /read-only replica/,
    ['REPLICAOF', '127.0.0.1', '1'],
    ['REPLICAOF', 'NO', 'ONE'],
  ],
  [
    'denies scripts',
    /^History: Redis denies this user a command or a key of the history/,
    ['ACL', 'SETUSER', 'default', '-eval'],
    ['ACL', 'SETUSER', 'default', '+eval'],
  ],
])(
  'if Redis %s, a message is sent, health is Degraded, and a client that recovers is notified',
  async (_, description, breakRedis, repairRedis) => {
    const { url } = redisServer;
    const [a, b] = [await start({ url }), await start({ url })];
    const balancer = await balance(a.port);
    const [client, witness] = [await connect(balancer, 'ann'), await connect(balancer, 'bob')];
    await command(...breakRedis);
    await b.hub.clients.user('bob').send('receive', 'not in the history');
    await witness.received('not in the history');
    await reach(() => description.test(b.health().description ?? ''));
    expect(b.health().status).toBe('Degraded');
    balancer.crash();
    await client.disconnected();
    // A server that reached Redis late adds results of the connection before.
    const before = client.results.length;
    await b.hub.clients.all.send('receive', 'lost');
    balancer.target = b.port;
    expect(await client.result(before)).toMatchObject({ recovered: false });
    await command(...repairRedis);
    await reach(() => b.health().status === 'Healthy');
    // The other server may still have to write the gap that it knows of.
    let round = 0;
    let reported = 0;
    do {
      round++;
      balancer.crash();
      await client.disconnected();
      // A server that lost Redis adds results of the connection before.
      reported = client.results.length;
      await b.hub.clients.all.send('receive', `missed ${round}`);
      balancer.target = b.port;
    } while (!(await client.result(reported)).recovered);
    expect(client.results[reported]?.replayed).toBe(1);
    expect(client.texts).toContain(`missed ${round}`);
  },
);

test('a gap that one server knows of is reported by the others', async () => {
  const { url } = redisServer;
  const [a, b] = [await start({ url }), await start({ url })];
  const balancer = await balance(a.port);
  const [client, witness] = [await connect(balancer, 'ann'), await connect(balancer, 'bob')];
  await command('CONFIG', 'SET', 'maxmemory', '1');
  await a.hub.clients.all.send('receive', 'not in the history');
  await Promise.all([client, witness].map((each) => each.received('not in the history')));
  balancer.crash();
  await client.disconnected();
  await command('CONFIG', 'SET', 'maxmemory', '0');
  balancer.target = b.port;
  expect(await client.result()).toMatchObject({ recovered: false, reason: 'gap' });
});

test('clients of a server that lost Redis receive what it missed, on the same connection', async () => {
  const proxy = await CuttableProxy.start(redisServer.port);
  cleanups.push(() => proxy.close());
  const a = await start({ url: proxy.url, heartbeatTimeout: 500 });
  const b = await start({ url: redisServer.url });
  const balancer = await balance(a.port);
  const client = await connect(balancer, 'ann');
  await client.connection.invoke('join', 'news');
  const { connectionId } = client.connection;
  await b.hub.clients.all.send('receive', 'before');
  await client.received('before');
  proxy.cut();
  await reach(() => a.health().status === 'Degraded');
  await b.hub.clients.group('news').send('receive', 'during the outage');
  proxy.drop();
  proxy.mend();
  // A slow machine may cause a further outage, and then a further result.
  await client.until(() => client.results.some(({ replayed }) => replayed === 1));
  for (const result of client.results) expect(result.recovered).toBe(true);
  await b.hub.clients.all.send('receive', 'after');
  expect(await client.received('after')).toEqual(['before', 'during the outage', 'after']);
  expect(client.connection.connectionId).toBe(connectionId);
});

test('a message that only local clients received during an outage is a gap', async () => {
  const proxy = await CuttableProxy.start(redisServer.port);
  cleanups.push(() => proxy.close());
  const a = await start({ url: proxy.url, heartbeatTimeout: 500 });
  const balancer = await balance(a.port);
  const client = await connect(balancer, 'ann');
  proxy.cut();
  await reach(() => a.health().status === 'Degraded');
  await a.hub.clients.all.send('receive', 'local');
  await client.received('local');
  proxy.drop();
  proxy.mend();
  await client.until(() => client.results.some(({ reason }) => reason === 'gap'));
  expect(client.texts).toEqual(['local']);
});

test('without the option, nothing is stored and a client is notified', async () => {
  const { url } = redisServer;
  const a = await start({ url, history: undefined });
  const balancer = await balance(a.port);
  const client = await connect(balancer, 'ann');
  await a.hub.clients.all.send('receive', 'one');
  await client.received('one');
  balancer.crash();
  await client.disconnected();
  balancer.target = a.port;
  expect(await client.result()).toMatchObject({ recovered: false, reason: 'unsupported' });
  expect(await command('DBSIZE')).toBe(0);
  expect(await command('PUBSUB', 'CHANNELS', '*positions*')).toEqual([]);
  expect(String(await command('INFO', 'commandstats'))).not.toContain('cmdstat_eval');
});

test.each([
  ['an unknown option', { history: { maxAgee: 1 } }, 'ERR_SIGNALR_REDIS_UNKNOWN_OPTION'],
  ['no age', { history: { maxAge: 0 } }, 'ERR_SIGNALR_REDIS_OPTION_NOT_POSITIVE'],
  ['an infinite age', { history: { maxAge: Infinity } }, 'ERR_SIGNALR_REDIS_OPTION_NOT_POSITIVE'],
  ['an age of 1e300', { history: { maxAge: 1e300 } }, 'ERR_SIGNALR_REDIS_OPTION_NOT_POSITIVE'],
  ['half a message', { history: { maxMessages: 1.5 } }, 'ERR_SIGNALR_REDIS_OPTION_NOT_POSITIVE'],
  ['a name as rule', { history: { restoreGroups: 'all' } }, 'ERR_SIGNALR_REDIS_NOT_A_FUNCTION'],
  ['sharded', { history: {}, shardedPubSub: true }, 'ERR_SIGNALR_REDIS_HISTORY_IN_CLUSTER'],
])('the history refuses %s', (_, options, code) => {
  const invalid = { url: 'redis://127.0.0.1:6379', logger: silentLogger, ...options };
  const { logger: _logger, ...redisOptions } = invalid;
  expect(() => redis(redisOptions as RedisOptions)).toThrow(expect.objectContaining({ code }));
});
