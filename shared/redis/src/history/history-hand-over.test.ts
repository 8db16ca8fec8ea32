import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { afterEach, beforeEach, expect, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from '../local/index.ts';
import { Balancer } from '../testing/balancer.ts';
import {
  FeedClientConnection,
  type FeedServer,
  movingOptions,
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

async function start(): Promise<FeedServer> {
  const server = await startFeedServer(
    { url: redisServer.url, handOver: true },
    '/feed',
    movingOptions,
  );
  cleanups.push(() => server.close());
  return server;
}

test('a client that was handed over keeps its session, and recovers when its new server crashes', async () => {
  const [a, b, c] = [await start(), await start(), await start()];
  const balancer = await Balancer.start(a.port);
  cleanups.push(() => balancer.close());
  const clients = [undefined, new MessagePackHubProtocol()].map(
    (protocol, i) => new FeedClientConnection(balancer.url, `user-${i}`, protocol, true),
  );
  for (const { connection } of clients) {
    cleanups.push(() => connection.stop());
    await connection.start();
    await connection.invoke('join', 'news');
  }
  const ids = clients.map(({ connection }) => connection.connectionId);
  let sent = 0;
  const send = async (): Promise<void> => {
    const { clients: all } = c.hub;
    const target = sent % 2 === 0 ? all.all : all.group('news');
    await target.send('receive', String(sent++));
  };
  for (let i = 0; i < 20; i++) await send();
  balancer.target = b.port;
  let hasMoved = false;
  const moved = a.handOver().then(() => (hasMoved = true));
  while (!hasMoved) {
    await send();
    await new Promise(setImmediate);
  }
  await moved;
  for (const client of clients) {
    expect(await client.result()).toMatchObject({ recovered: true, groups: ['news'] });
    expect(client.reconnecting).toBe(0);
  }
  expect(clients.map(({ connection }) => connection.connectionId)).toEqual(ids);

  balancer.crash();
  for (const client of clients) await client.disconnected();
  for (let i = 0; i < 20; i++) await send();
  balancer.target = c.port;
  for (const client of clients) {
    expect(await client.result(1)).toMatchObject({ recovered: true, groups: ['news'] });
  }
  await send();
  const expected = Array.from({ length: sent }, (_, i) => String(i));
  for (const client of clients) expect(await client.received(String(sent - 1))).toEqual(expected);
});
