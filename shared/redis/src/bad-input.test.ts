import { createClient } from '@redis/client';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { localPresence } from '@practical-signalr/server';
import { LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import { afterAll, afterEach, beforeAll, expect, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from './local/index.ts';
import type { RedisOptions } from './redis-options.ts';
import { redis } from './redis.ts';
import { LoggedHub } from './testing/logged-hub.ts';
import { expectFullDelivery, startPair } from './testing/server-pair.ts';
import { hasRedisServer } from './testing/redis-server-installed.ts';

const test = baseTest.skipIf(!hasRedisServer);

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

let server: RedisServerProcess;
let publisher: ReturnType<typeof createClient>;
const cleanups: (() => Promise<unknown> | undefined)[] = [];
beforeAll(async () => {
  server = await startRedisServer();
  publisher = createClient({ url: server.url });
  await publisher.connect();
});
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});
afterAll(async () => {
  publisher.destroy();
  await server.close();
});

function start(options: Partial<RedisOptions> = {}, hubName?: string) {
  const log = new LoggedHub(hubName);
  const manager = redis({ url: server.url, serverName: 'me', ...options })(log.hub);
  cleanups.push(() => manager.close?.());
  return { log, manager, client: new LifetimeSuiteClient('ann') };
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const foreignPayloads: Record<string, Buffer> = {
  'no bytes': Buffer.alloc(0),
  'random bytes': randomBytes(200),
  'a string': Buffer.from('hello'),
  'a truncated frame': hex('92 90 81 a4 6a736f6e c4 20 7b'),
  'an array that is too short': hex('91 90'),
  'a map instead of an array': hex('81 a1 61 01'),
  'a number': hex('01'),
  'wrong types': hex('92 01 02'),
  'ids that are not strings': hex('92 91 01 80'),
  'a message that is not binary': hex('92 90 81 a4 6a736f6e a1 61'),
  'an array of 4 billion items': hex('dd ff ff ff ff 90'),
  'a map of 4 billion entries': hex('92 90 df ff ff ff ff'),
  '4 billion bytes': hex('92 90 81 a4 6a736f6e c6 ff ff ff ff 00'),
  'a string of 4 billion bytes': hex('92 91 db ff ff ff ff'),
  'deep nesting': Buffer.alloc(100_000, 0x91),
  'the key __proto__': hex('92 90 81 a9 5f5f70726f746f5f5f c4 00'),
};
const targets = [
  'all',
  'internal:groups',
  'internal:ack:me',
  'internal:return:me',
  'user:ann',
  'group:g',
  'connection:c',
];

test('messages that no SignalR server wrote are ignored, counted and logged once, on every channel', async () => {
  const { log, manager } = start();
  const client = new LifetimeSuiteClient('ann', 'c');
  await manager.onConnected(client);
  await manager.addToGroup('c', 'g');
  let count = 0;
  for (const target of targets) {
    for (const payload of Object.values(foreignPayloads)) {
      expect(await publisher.publish(`ChatHub:${target}`, payload)).toBe(1);
      count++;
    }
  }
  await manager.sendAll('m', ['still here']);
  expect((await client.next()).arguments).toEqual(['still here']);
  // A few payloads happen to be valid on some channels. All others are counted.
  const counted = Number(manager.health?.().data['foreignMessages']);
  expect(counted).toBeGreaterThan(count * 0.9);
  expect(log.matching(/did not come from a SignalR server/)).toHaveLength(1);
  expect(log.matching(/could not be handled/)).toEqual([]);
});

test('longer MessagePack forms and additional items are accepted', async () => {
  const { manager } = start();
  const client = new LifetimeSuiteClient('ann', 'c');
  await manager.onConnected(client);
  const json = Buffer.from('{"type":1,"target":"m","arguments":[1]}\u001e');
  const length = Buffer.from([0, json.length]);
  // array16 of three items: an empty array32, a map16 of one entry with str8 "json" and bin16, and
  // one additional item
  const wide = Buffer.concat([
    hex('dc 0003 dd 00000000 de 0001 d9 04 6a736f6e c5'),
    length,
    json,
    hex('c0'),
  ]);
  await publisher.publish('ChatHub:all', wide);
  expect((await client.next()).arguments).toEqual([1]);
});

test("apps with another hub name or another prefix do not receive each other's messages", async () => {
  const shop = start({ channelPrefix: 'shop.' });
  const otherApps = [
    start({ channelPrefix: 'shop.' }, 'OtherHub'),
    start({ channelPrefix: 'blog.' }),
    start({}),
  ];
  for (const each of [shop, ...otherApps]) await each.manager.onConnected(each.client);
  await shop.manager.sendAll('m', ['shop']);
  await shop.manager.sendUser('ann', 'm', ['shop']);
  expect((await shop.client.next()).arguments).toEqual(['shop']);
  for (const { manager, client } of otherApps) {
    await manager.sendAll('fence', []);
    expect(await client.until('fence')).toEqual([]);
  }
});

test('joining and leaving 30,000 groups leaks no subscription and no memory', async () => {
  const { manager, client } = start();
  await manager.onConnected(client);
  const id = client.connectionId;
  const joinAndLeave = async (name: string, count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1000) {
      const groups = Array.from({ length: 1000 }, (_, n) => `${name}-${i + n}`);
      await Promise.all(groups.map((group) => manager.addToGroup(id, group)));
      await Promise.all(groups.map((group) => manager.removeFromGroup(id, group)));
    }
  };
  await joinAndLeave('warm-up', 10_000);
  gc();
  const before = process.memoryUsage().heapUsed;
  await joinAndLeave('group', 30_000);
  gc();
  const growth = process.memoryUsage().heapUsed - before;
  expect(await publisher.pubSubChannels('ChatHub:group:*')).toEqual([]);
  // All, group commands, server commands, ack, return, connection and user.
  expect(manager.health?.().data['subscriptions']).toBe(7);
  expect(growth).toBeLessThan(3_000_000);
}, 60_000);

test.each([
  [
    'a wrong password',
    ['--requirepass', 'right'],
    (url: string) => url.replace('//', '//:s3cret@'),
    /user name or password/,
  ],
  ['no password', ['--requirepass', 'right'], (url: string) => url, /requires a password/],
  ['TLS that Redis does not use', [], (url: string) => url.replace('redis:', 'rediss:'), /rediss:/],
  [
    'a wrong host',
    [],
    () => 'redis://:s3cret@no-such-host.invalid:6379',
    /host name of Redis is not known/,
  ],
  ['a wrong port', [], () => 'redis://:s3cret@127.0.0.1:1', /Nothing listens/],
])('%s is reported once, without the password', async (_name, args, toUrl, cause) => {
  const own = await startRedisServer({ args });
  // Redis never responds to a TLS handshake, so this test has to wait for the timeout.
  const timeouts = toUrl(own.url).startsWith('rediss:') ? { heartbeatTimeout: 500 } : {};
  cleanups.push(() => own.close());
  const { log, manager, client } = start({ url: toUrl(own.url), ...timeouts });
  await manager.onConnected(client);
  await manager.sendAll('m', [1]);
  expect((await client.next()).arguments).toEqual([1]);
  expect(manager.health?.()).toMatchObject({
    status: 'Degraded',
    description: expect.stringMatching(cause) as string,
  });
  expect(log.matching(cause)).toHaveLength(1);
  expect(log.lines).toHaveLength(1);
  expect(JSON.stringify([log.lines, manager.health?.()])).not.toContain('s3cret');
});

test('a Redis that requires TLS is reported', async () => {
  const plain = await startRedisServer();
  cleanups.push(() => plain.close());
  // A TLS server closes a connection that does not start with a handshake.
  const tls = createServer((socket) => socket.once('data', () => socket.destroy()));
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => tls.close(resolve)));
  const { log } = start({ url: `redis://127.0.0.1:${(tls.address() as { port: number }).port}` });
  expect(await log.logged(/does not reach/)).toMatch(/rediss:\/\//);
});

test('without permission to PUBLISH: one error names the permission, and local clients are served', async () => {
  await publisher.sendCommand([
    'ACL',
    'SETUSER',
    'reader',
    'on',
    '>s3cret',
    '+@all',
    '-publish',
    '&*',
  ]);
  const { log, manager, client } = start({ url: server.url.replace('//', '//reader:s3cret@') });
  await manager.onConnected(client);
  for (let i = 0; i < 5; i++) await manager.sendAll('m', [i]);
  for (let i = 0; i < 5; i++) expect((await client.next()).arguments).toEqual([i]);
  expect(await log.logged(/PUBLISH/)).toMatch(/ACL SETUSER/);
  expect(log.lines).toHaveLength(1);
  expect(manager.health?.().data['lostSends']).toBe(5);
});

test('the permissions that the documentation names are sufficient', async () => {
  const command = /ACL SETUSER signalr on >PASSWORD (.*)/.exec(
    readFileSync(new URL('../../docs/reference/redis-options.md', import.meta.url), 'utf8'),
  );
  const permissions = String(command?.[1]).replaceAll('shop.', 'least.').split(' ');
  await publisher.sendCommand(['ACL', 'SETUSER', 'signalr', 'on', '>s3cret', ...permissions]);
  const url = server.url.replace('//', '//signalr:s3cret@');
  const [a, b] = await startPair({ url, channelPrefix: 'least.' });
  cleanups.push(() => Promise.all([a.close(), b.close()]));
  await expectFullDelivery(a, b);
});

test('with permission for some channels: denied channels fail with the cause, the others work', async () => {
  const channels = [
    '&ChatHub:all',
    '&ChatHub:internal:*',
    '&ChatHub:connection:*',
    '&ChatHub:user:*',
    '&ChatHub:group:ok',
  ];
  await publisher.sendCommand([
    'ACL',
    'SETUSER',
    'some',
    'on',
    '>s3cret',
    '+@all',
    'resetchannels',
    ...channels,
  ]);
  const { log, manager, client } = start({ url: server.url.replace('//', '//some:s3cret@') });
  await manager.onConnected(client);
  await log.logged(/reaches other servers/);
  await expect(manager.addToGroup(client.connectionId, 'denied')).rejects.toThrow(
    /denies this user/,
  );
  await manager.addToGroup(client.connectionId, 'ok');
  await manager.sendGroup('denied', 'm', ['denied']); // Redis refuses it.
  await manager.sendGroup('ok', 'm', ['ok']);
  expect((await client.next()).arguments).toEqual(['ok']);
  await log.logged(/cannot send to other servers/);
});

test.each([
  [{}, /url/],
  ['redis://a', /need the option 'url'/],
  [undefined, /need the option 'url'/],
  [{ url: 'redis://a', history: null }, /'history' must be an object/],
  [{ url: 'redis://a', history: 300_000 }, /'history' must be an object/],
  [{ url: 'redis://a', presence: localPresence() }, /needs the result of presence\(\)/],
  [{ url: 'http://s3cret@host' }, /is not a Redis URL/],
  [{ url: 'redis://:s3cret@[oops' }, /is not a Redis URL/],
  [{ url: 'redis://a', client: createClient() }, /both a url and a client/],
  [{ url: 'redis://a', chanelPrefix: 'x' }, /'chanelPrefix' is not an option/],
  [{ url: 'redis://a', ackTimeout: 0 }, /'ackTimeout'/],
  [{ url: 'redis://a', whileDisconnected: 'wait' }, /'whileDisconnected'/],
  [{ url: 'redis://a', protocols: [] }, /'protocols'/],
])('invalid options are refused immediately: %o', (options, message) => {
  expect(() => redis(options as RedisOptions)).toThrow(message);
  try {
    redis(options as RedisOptions);
  } catch (error) {
    expect(`${String(error)}${JSON.stringify(error)}`).not.toContain('s3cret');
  }
});
