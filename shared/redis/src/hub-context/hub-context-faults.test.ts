import { createClient } from '@redis/client';
import { afterEach, expect, test as baseTest } from 'vitest';
import { startRedisServer } from '../local/index.ts';
import { CuttableProxy } from '../testing/cuttable-proxy.ts';
import { LoggedHub } from '../testing/logged-hub.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';
import { type RedisHubContextOptions } from './hub-context-options.ts';
import { redisHubContext } from './redis-hub-context.ts';

const test = baseTest.skipIf(!hasRedisServer);
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

async function startRedis(args: string[] = []) {
  const server = await startRedisServer({ args });
  cleanups.push(() => server.close());
  return server;
}

function start(options: Partial<RedisHubContextOptions>) {
  const log = new LoggedHub();
  const context = redisHubContext({ hub: 'ChatHub', logger: log.hub.logger, ...options });
  // Some tests close a context whose Redis does not reply.
  cleanups.push(() => context.close().catch(() => undefined));
  return { context, log };
}

const invalidOptions: [string, Partial<RedisHubContextOptions>, string][] = [
  ['no hub', { hub: undefined as never }, 'ERR_SIGNALR_REDIS_NOT_A_STRING'],
  ['an empty hub', { hub: '' }, 'ERR_SIGNALR_REDIS_NOT_A_STRING'],
  ['a prefix that is a number', { channelPrefix: 5 as never }, 'ERR_SIGNALR_REDIS_NOT_A_STRING'],
  ['no url', { url: undefined as never }, 'ERR_SIGNALR_REDIS_NO_TARGET'],
  ['another URL', { url: 'http://127.0.0.1' }, 'ERR_SIGNALR_REDIS_INVALID_URL'],
  ['an unknown option', { presence: {} } as never, 'ERR_SIGNALR_REDIS_UNKNOWN_OPTION'],
  ['a timeout of 0', { ackTimeout: 0 }, 'ERR_SIGNALR_REDIS_OPTION_NOT_POSITIVE'],
  ['a logger without functions', { logger: {} as never }, 'ERR_SIGNALR_LOGGER_INVALID'],
];

baseTest.each(invalidOptions)('refuses %s', (_name, options, code) => {
  const create = () => redisHubContext({ url: 'redis://127.0.0.1:1', hub: 'ChatHub', ...options });
  expect(create).toThrow(expect.objectContaining({ code }) as Error);
});

test('a send without Redis is rejected with the cause, and later sends work', async () => {
  const first = await startRedisServer();
  const { context, log } = start({ url: first.url });
  await context.clients.all.send('m');
  await first.close();
  await log.logged(/does not reach/);
  const notSent = { code: 'ERR_SIGNALR_REDIS_NOT_SENT' };
  const unavailable = { code: 'ERR_SIGNALR_REDIS_UNAVAILABLE' };
  await expect(context.clients.all.send('m')).rejects.toMatchObject(notSent);
  await expect(context.serverMessages.send('m')).rejects.toMatchObject(unavailable);
  await expect(context.presence.count()).rejects.toMatchObject(unavailable);
  await expect(context.clientManager.closeAll()).rejects.toMatchObject(unavailable);
  await expect(context.clientManager.userExists('ada')).rejects.toMatchObject(unavailable);
  expect(context.health().status).toBe('Degraded');
  const second = await startRedisServer({ port: first.port });
  cleanups.push(() => second.close());
  await log.logged(/over Redis again/);
  await context.clients.all.send('m');
  expect(context.health().status).toBe('Healthy');
});

test('calls after close are rejected with a code', async () => {
  const { url } = await startRedis();
  const { context } = start({ url });
  await context.clients.all.send('m');
  await context.close();
  const calls = [
    context.clients.all.send('m'),
    context.serverMessages.send('m'),
    context.presence.count(),
    context.userGroups.add('ada', 'room'),
    context.clientManager.userExists('ada'),
  ];
  for (const call of calls)
    await expect(call).rejects.toMatchObject({ code: 'ERR_SIGNALR_REDIS_CLOSED' });
});

test('a send to a Redis that is silent is rejected within the documented time', async () => {
  const { port } = await startRedis();
  const proxy = await CuttableProxy.start(port);
  cleanups.push(() => proxy.close());
  const timeouts = { heartbeatInterval: 500, heartbeatTimeout: 500 };
  const { context } = start({ url: proxy.url, ...timeouts });
  await context.clients.all.send('m');
  proxy.cut();
  const calls = [context.clients.all.send('m'), context.presence.count()];
  const codes = (await Promise.allSettled(calls)).map(
    (result) => (result as { reason?: { code?: string } }).reason?.code,
  );
  expect(codes).toEqual(['ERR_SIGNALR_REDIS_NOT_SENT', 'ERR_SIGNALR_REDIS_UNAVAILABLE']);
});

test('a full Redis still accepts messages', async () => {
  const { url } = await startRedis(['--maxmemory', '1']);
  const { context } = start({ url });
  await context.clients.all.send('m');
});

test('a read-only replica is refused', async () => {
  const { port } = await startRedis();
  const replica = await startRedis(['--replicaof', '127.0.0.1', `${port}`]);
  const { context } = start({ url: replica.url });
  await expect(context.clients.all.send('m')).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_NOT_SENT',
    message: expect.stringContaining('read-only replica') as string,
  });
});

test('missing permissions are named: for sends, existence and presence', async () => {
  const { url, port } = await startRedis();
  const admin = await createClient({ url }).connect();
  cleanups.push(() => admin.destroy());
  const rules = [
    '-@all',
    '+hello',
    '+subscribe',
    '+unsubscribe',
    '+publish',
    '&ChatHub:internal:*',
  ];
  await admin.sendCommand([
    'ACL',
    'SETUSER',
    'limited',
    'on',
    '>secret',
    'resetchannels',
    ...rules,
  ]);
  const { context } = start({ url: `redis://limited:secret@127.0.0.1:${port}` });
  const refusals: [Promise<unknown>, string, RegExp][] = [
    [context.clients.all.send('m'), 'ERR_SIGNALR_REDIS_NOT_SENT', /\+publish/],
    [context.clientManager.userExists('ada'), 'ERR_SIGNALR_REDIS_REFUSED', /PUBSUB/],
    [context.presence.count(), 'ERR_SIGNALR_REDIS_REFUSED', /ZCARD.*\+zcard/],
  ];
  for (const [call, code, pattern] of refusals) {
    const message = expect.stringMatching(pattern) as string;
    await expect(call).rejects.toMatchObject({ code, message });
  }
});

test('a client with RESP 2 works, over two connections', async () => {
  const { url } = await startRedis();
  const { context } = start({ client: createClient({ url, RESP: 2 }) });
  await context.clients.all.send('m');
  expect(await context.clientManager.userExists('ada')).toBe(false);
  expect(context.health().status).toBe('Healthy');
});
