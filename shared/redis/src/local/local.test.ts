import { createClient } from '@redis/client';
import { lifetimeCases } from '@practical-signalr/server/lifetime-suite';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redis } from '../redis.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';
import { expectFullDelivery, startPair } from '../testing/server-pair.ts';
import {
  findRedis,
  type InProcessBroker,
  startRedisServer,
  startInProcessBroker,
} from './index.ts';

describe('the in-process broker', () => {
  let broker: InProcessBroker;
  beforeAll(async () => {
    broker = await startInProcessBroker();
  });
  afterAll(() => broker.close());

  test.each(lifetimeCases)('$name', async ({ run }) => {
    await run(redis({ url: broker.url, ackTimeout: 5000 }));
  });

  test.skipIf(!hasRedisServer).each([2, 3] as const)(
    'replies to a RESP%i client as Redis does',
    async (RESP) => {
      const real = await startRedisServer();
      const results = [];
      for (const url of [broker.url, real.url]) {
        const client = await createClient({ url, RESP }).connect();
        const subscriber = await createClient({ url, RESP }).connect();
        const messages: string[] = [];
        await subscriber.subscribe(['resp:a', 'resp:b'], (message, channel) =>
          messages.push(`${channel} ${message}`),
        );
        results.push([
          await client.ping(),
          await client.echo('echo'),
          await client.publish('resp:a', 'é 1'),
          await client.publish('resp:none', ''),
          await client.pubSubChannels('resp:*').then((names) => names.map(String).sort()),
          await client.pubSubNumSub(['resp:a', 'resp:none']).then((counts) => ({ ...counts })),
          await subscriber.ping(),
          await subscriber.unsubscribe('resp:a'),
          await client.publish('resp:a', '2'),
          await client.get('nothing'),
          await subscriber.unsubscribe(),
          messages,
        ]);
        client.destroy();
        subscriber.destroy();
      }
      expect(results[0]).toEqual(results[1]);
      await real.close();
    },
  );

  test.each([
    ['bytes that are not a command', 'GET / HTTP/1.1\r\n\r\n'],
    ['a huge array', '*99999999\r\n'],
    ['a huge string', '*1\r\n$9999999999\r\n'],
    ['a negative length', '*1\r\n$-5\r\n'],
    ['a line without end', `*${'1'.repeat(100)}`],
  ])('%s: closes that connection, and no other', async (_name, bytes) => {
    const client = await createClient({ url: broker.url }).connect();
    const socket = connect(broker.port, '127.0.0.1');
    socket.write(bytes);
    const [reply] = (await once(socket, 'data')) as [Buffer];
    expect(reply.toString()).toMatch(/^-ERR Protocol error/);
    await once(socket.resume(), 'close');
    expect(await client.ping()).toBe('PONG');
    client.destroy();
  });

  test('a command in several chunks, and two commands in one chunk', async () => {
    const socket = connect(broker.port, '127.0.0.1');
    for (const byte of '*2\r\n$4\r\nECHO\r\n$3\r\na\r\n\r\n*1\r\n$4\r\nPING\r\n')
      socket.write(byte);
    let text = '';
    while (!text.endsWith('+PONG\r\n'))
      text += String(((await once(socket, 'data')) as [Buffer])[0]);
    expect(text).toBe('$3\r\na\r\n\r\n+PONG\r\n');
    socket.destroy();
  });

  test('a client that has disconnected has no subscriptions', async () => {
    const client = await createClient({ url: broker.url }).connect();
    const subscriber = await createClient({ url: broker.url }).connect();
    await subscriber.subscribe('left', () => undefined);
    subscriber.destroy();
    while ((await client.pubSubChannels('left')).length > 0);
    expect(await client.publish('left', 'x')).toBe(0);
    client.destroy();
  });
});

describe('a Redis for development', () => {
  test('REDIS_URL is used unchanged, and its password is not shown', async () => {
    const found = await findRedis({ REDIS_URL: 'redis://:s3cret@host:1' });
    expect(found).toMatchObject({ url: 'redis://:s3cret@host:1', kind: 'given' });
    expect(found.description).not.toContain('s3cret');
    await found.close();
  });

  const kinds = [
    ...(hasRedisServer ? [['redis-server', { PATH: process.env['PATH'] }] as const] : []),
    ['in-process', { PATH: '' }] as const,
  ];
  test.each(kinds)(
    '%s: stops and starts run in the order of the calls',
    async (_kind, environment) => {
      const found = await findRedis(environment);
      await Promise.all([
        found.close(),
        found.start!(),
        found.start!(),
        found.close(),
        found.start!(),
        found.start!(),
      ]);
      const client = await createClient({ url: found.url }).connect();
      expect(await client.ping()).toBe('PONG');
      client.destroy();
      await Promise.all([found.close(), found.close()]);
      const socket = connect(Number(new URL(found.url).port), '127.0.0.1');
      expect(await once(socket, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }]);
    },
  );

  test.skipIf(!hasRedisServer)(
    'a process that ends stops its redis-server and deletes the folder of it',
    async () => {
      const before = new Set(process.listeners('exit'));
      const server = await startRedisServer();
      const client = await createClient({ url: server.url }).connect();
      const { dir } = await client.configGet('dir');
      client.destroy();
      expect(existsSync(dir!)).toBe(true);
      const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
      await once(socket, 'connect');
      const isLost = new Promise((resolve) => socket.once('close', resolve).resume());
      const added = process.listeners('exit').filter((listener) => !before.has(listener));
      for (const listener of added) listener(0);
      await isLost;
      expect(existsSync(dir!)).toBe(false);
      await server.close();
    },
  );

  test.each(kinds)('without REDIS_URL, %s delivers messages', async (kind, environment) => {
    const found = await findRedis(environment);
    expect(found.kind).toBe(kind);
    expect(found.description).toContain(kind);
    const [a, b] = await startPair({ url: found.url });
    await expectFullDelivery(a, b);
    await Promise.all([a.close(), b.close()]);
    await found.close();
  });
});
