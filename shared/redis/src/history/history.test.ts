import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { createClient } from '@redis/client';
import { afterEach, beforeEach, expect, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from '../local/index.ts';
import type { RedisOptions } from '../redis-options.ts';
import { Balancer } from '../testing/balancer.ts';
import {
  FeedClientConnection,
  type FeedServer,
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

/** Starts two servers behind a load balancer, which forwards to the first. */
async function startServers(
  options: Partial<RedisOptions> = {},
): Promise<{ a: FeedServer; b: FeedServer; balancer: Balancer }> {
  const { url } = redisServer;
  const [a, b] = await Promise.all([
    startFeedServer({ url, ...options }),
    startFeedServer({ url, ...options }),
  ]);
  const balancer = await Balancer.start(a.port);
  cleanups.push(
    () => a.close(),
    () => b.close(),
    () => balancer.close(),
  );
  return { a, b, balancer };
}

async function connect(
  balancer: Balancer,
  user: string,
  protocol?: MessagePackHubProtocol,
): Promise<FeedClientConnection> {
  const client = new FeedClientConnection(balancer.url, user, protocol);
  await client.connection.start();
  cleanups.push(() => client.connection.stop());
  return client;
}

async function crash(balancer: Balancer, ...clients: FeedClientConnection[]): Promise<void> {
  balancer.crash();
  await Promise.all(clients.map((client) => client.disconnected()));
}

/** Sends messages to all clients, and waits until the server itself has received them. */
async function sendMissed(server: FeedServer, ...texts: string[]): Promise<void> {
  const countReceived = (): number => Number(server.health().data['receivedMessages']);
  const expected = countReceived() + texts.length;
  for (const text of texts) await server.hub.clients.all.send('receive', text);
  while (countReceived() < expected) await new Promise(setImmediate);
}

async function command(...args: string[]): Promise<unknown> {
  const admin = await createClient({ url: redisServer.url }).connect();
  try {
    return await admin.sendCommand(args);
  } finally {
    admin.destroy();
  }
}

/** Returns the position of the newest message in the history. */
async function lastPosition(): Promise<string> {
  const entries = await command('XREVRANGE', 'FeedHub:history:stream', '+', '-', 'COUNT', '1');
  return (entries as [[string]])[0][0];
}

test.each([
  ['JSON', undefined],
  ['MessagePack', new MessagePackHubProtocol()],
])('after a crash, a %s client receives what it missed, in order and once', async (_, protocol) => {
  const { b, balancer } = await startServers();
  const client = await connect(balancer, 'ann', protocol);
  const { connection } = client;
  await connection.invoke('join', 'news');
  await b.hub.clients.all.send('receive', 'before');
  await client.received('before');
  const firstId = connection.connectionId;
  await crash(balancer, client);
  await b.hub.clients.all.send('receive', 'all');
  await b.hub.clients.group('news').send('receive', 'group');
  await b.hub.clients.user('ann').send('receive', 'user');
  await b.hub.clients.group('other').send('receive', 'not a member');
  await b.hub.clients.user('bob').send('receive', 'not the user');
  balancer.target = b.port;
  expect(await client.result()).toEqual({
    recovered: true,
    reason: undefined,
    replayed: 3,
    groups: ['news'],
  });
  expect(connection.connectionId).not.toBe(firstId);
  await b.hub.clients.group('news').send('receive', 'after');
  expect(await client.received('after')).toEqual(['before', 'all', 'group', 'user', 'after']);
});

test('a message that excluded the lost connection is not replayed to it', async () => {
  const { b, balancer } = await startServers();
  const [ann, bob] = [await connect(balancer, 'ann'), await connect(balancer, 'bob')];
  const sent = ann.connection.invoke('sayToOthers', 'from ann');
  await sent;
  await bob.received('from ann');
  await crash(balancer, ann, bob);
  await b.hub.clients.all.send('receive', 'missed');
  balancer.target = b.port;
  await Promise.all([ann.result(), bob.result()]);
  expect(ann.texts).toEqual(['missed']);
  expect(bob.texts).toEqual(['from ann', 'missed']);
});

test('messages that arrive during recoveries are received once and in order', async () => {
  const { a, b, balancer } = await startServers();
  const clients = await Promise.all(
    Array.from({ length: 5 }, (_, i) => connect(balancer, `user${i}`)),
  );
  await Promise.all(clients.map(({ connection }) => connection.invoke('join', 'g')));
  let sent = 0;
  let isStopped = false;
  const send = async (): Promise<void> => {
    while (!isStopped) {
      const target = sent % 2 === 0 ? b.hub.clients.all : b.hub.clients.group('g');
      await target.send('receive', String(sent++));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const sending = send();
  for (let round = 0; round < 4; round++) {
    await Promise.all(clients.map((client) => client.received(String(sent + 5))));
    await crash(balancer, ...clients);
    balancer.target = round % 2 === 0 ? b.port : a.port;
    const results = await Promise.all(clients.map((client) => client.result(round)));
    expect(results.map(({ recovered }) => recovered)).not.toContain(false);
  }
  isStopped = true;
  await sending;
  const expected = Array.from({ length: sent }, (_, i) => String(i));
  for (const client of clients) expect(await client.received(String(sent - 1))).toEqual(expected);
});

test('clients of a server that is killed while it sends lose nothing', async () => {
  const { b, balancer } = await startServers();
  const child = fork(
    fileURLToPath(new URL('../testing/feed-process.ts', import.meta.url)),
    [redisServer.url],
    { execArgv: ['--conditions=@practical-signalr/source', '--import=tsx'] },
  );
  cleanups.push(() => child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  balancer.target = port;
  const clients = await Promise.all(['ann', 'bob', 'eve'].map((user) => connect(balancer, user)));
  const sending = (async () => {
    for (let i = 0; i < 300; i++) {
      await b.hub.clients.all.send('receive', String(i));
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  await Promise.all(clients.map((client) => client.received('50')));
  balancer.target = b.port;
  child.kill('SIGKILL');
  const results = await Promise.all(clients.map((client) => client.result()));
  expect(results.map(({ recovered }) => recovered)).toEqual([true, true, true]);
  await sending;
  const expected = Array.from({ length: 300 }, (_, i) => String(i));
  for (const client of clients) expect(await client.received('299')).toEqual(expected);
});

test('a client whose messages were trimmed is notified', async () => {
  const { b, balancer } = await startServers({ history: { maxMessages: 3 } });
  const client = await connect(balancer, 'ann');
  await crash(balancer, client);
  await sendMissed(b, '1', '2', '3', '4');
  balancer.target = b.port;
  expect(await client.result()).toMatchObject({ recovered: false, reason: 'gap', replayed: 0 });
  await crash(balancer, client);
  await b.hub.clients.all.send('receive', '5');
  balancer.target = b.port;
  expect(await client.result(1)).toMatchObject({ recovered: true, replayed: 1 });
  expect(client.texts).toEqual(['5']);
});

test('a client recovers even if messages to others have filled the history', async () => {
  const { b, balancer } = await startServers({ history: { maxMessages: 3 } });
  const client = await connect(balancer, 'ann');
  const send = (text: string): Promise<void> => b.hub.clients.user('bob').send('receive', text);
  for (const text of ['1', '2', '3', '4']) await send(text);
  await client.reached(await lastPosition());
  await crash(balancer, client);
  await b.hub.clients.all.send('receive', 'missed');
  balancer.target = b.port;
  expect(await client.result()).toMatchObject({ recovered: true, replayed: 1 });
  expect(client.texts).toEqual(['missed']);
});

test('a client whose messages are trimmed during its recovery is notified', async () => {
  let publish = (): Promise<void> => Promise.resolve();
  // Runs between the first look at the history and the replay.
  const restoreGroups = (): Promise<boolean> => publish().then(() => true);
  const { b, balancer } = await startServers({ history: { maxMessages: 3, restoreGroups } });
  const client = await connect(balancer, 'ann');
  await client.connection.invoke('join', 'news');
  await crash(balancer, client);
  await sendMissed(b, 'trimmed', '2');
  publish = () => sendMissed(b, '3', '4', '5');
  balancer.target = b.port;
  expect(await client.result()).toMatchObject({ recovered: false, reason: 'gap' });
  await client.received('5');
  expect(client.texts).not.toContain('trimmed');
});

test('a client is notified if Redis was empty, and its next recovery succeeds', async () => {
  const { b, balancer } = await startServers();
  const client = await connect(balancer, 'ann');
  await crash(balancer, client);
  await sendMissed(b, 'lost');
  await command('FLUSHALL');
  balancer.target = b.port;
  expect(await client.result()).toMatchObject({ recovered: false, reason: 'session' });
  await crash(balancer, client);
  await b.hub.clients.all.send('receive', 'missed');
  balancer.target = b.port;
  expect(await client.result(1)).toMatchObject({ recovered: true, replayed: 1 });
  expect(client.texts).toEqual(['missed']);
});

test('groups are not restored by default, and the client is notified', async () => {
  const { b, balancer } = await startServers({ history: {} });
  const client = await connect(balancer, 'ann');
  await client.connection.invoke('join', 'news');
  await crash(balancer, client);
  await b.hub.clients.group('news').send('receive', 'group');
  await b.hub.clients.all.send('receive', 'all');
  balancer.target = b.port;
  expect(await client.result()).toEqual({
    recovered: false,
    reason: 'groups',
    replayed: 1,
    groups: [],
  });
  expect(client.texts).toEqual(['all']);
});

test('a hub decides for each group and user whether it is restored', async () => {
  const memberships: unknown[] = [];
  const { b, balancer } = await startServers({
    history: {
      restoreGroups: (membership) => {
        memberships.push(membership);
        return membership.group === 'open';
      },
    },
  });
  const client = await connect(balancer, 'ann');
  await client.connection.invoke('join', 'open');
  await client.connection.invoke('join', 'secret');
  await crash(balancer, client);
  balancer.target = b.port;
  expect(await client.result()).toMatchObject({ reason: 'groups', groups: ['open'] });
  expect(memberships).toContainEqual({
    hubName: 'FeedHub',
    group: 'secret',
    userIdentifier: 'ann',
  });
});

test('a group that the connection left is neither restored nor replayed', async () => {
  const { b, balancer } = await startServers();
  const client = await connect(balancer, 'ann');
  await client.connection.invoke('join', 'news');
  await client.connection.invoke('leave', 'news');
  await crash(balancer, client);
  await b.hub.clients.group('news').send('receive', 'group');
  balancer.target = b.port;
  expect(await client.result()).toMatchObject({ recovered: true, replayed: 0, groups: [] });
});
