import { afterEach, beforeEach, expect, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from '../local/index.ts';
import {
  FeedClientConnection,
  type FeedServer,
  startFeedServer,
} from '../testing/history-servers.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';

const test = baseTest.skipIf(!hasRedisServer);

let redisServer: RedisServerProcess;
let server: FeedServer;
let client: FeedClientConnection;
beforeEach(async () => {
  if (!hasRedisServer) return;
  redisServer = await startRedisServer();
  server = await startFeedServer({ url: redisServer.url });
  client = new FeedClientConnection(server.url, 'ann');
});
afterEach(async () => {
  if (!hasRedisServer) return;
  await client.connection.stop();
  await server.close();
  await redisServer.close();
});

const send = (text: string): Promise<void> => server.hub.clients.all.send('receive', text);

test('a client that was stopped receives what it missed when it starts again, in order', async () => {
  const { connection, texts, results } = client;
  await connection.start();
  expect(results).toEqual([]);
  await send('before');
  await client.received('before');
  await connection.stop();
  await send('missed 1');
  await send('missed 2');
  const recovering = connection.start();
  // These arrive while the client recovers, or right after it.
  for (let i = 0; i < 20; i++) {
    await send(`new ${i}`);
    await new Promise(setImmediate);
  }
  await recovering;
  expect(await client.result()).toMatchObject({ recovered: true });
  await client.received('new 19');
  const news = Array.from({ length: 20 }, (_, i) => `new ${i}`);
  expect(texts).toEqual(['before', 'missed 1', 'missed 2', ...news]);
});

test('a start that fails loses no message', async () => {
  const { connection, texts } = client;
  await connection.start();
  await send('before');
  await client.received('before');
  await connection.stop();
  await send('missed');
  const { baseUrl } = connection;
  connection.baseUrl = baseUrl.replace('/feed', '/nothing');
  await expect(connection.start()).rejects.toThrow('404');
  connection.baseUrl = baseUrl;
  await connection.start();
  await client.received('missed');
  expect(texts).toEqual(['before', 'missed']);
});

test('a second start of a connected client is refused, and messages still arrive', async () => {
  const { connection } = client;
  await connection.start();
  await send('one');
  await client.received('one');
  await expect(connection.start()).rejects.toThrow('Disconnected');
  await send('two');
  expect(await client.received('two')).toEqual(['one', 'two']);
});
