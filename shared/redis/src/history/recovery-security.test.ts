import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { comparePositions, type RecoveryReply } from '@practical-signalr/server/scale-out';
import { createClient } from '@redis/client';
import { afterEach, expect, test as baseTest, vi } from 'vitest';
import { startRedisServer } from '../local/index.ts';
import { type FeedServer, startFeedServer } from '../testing/history-servers.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';

const test = baseTest.skipIf(!hasRedisServer);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

let redisUrl = '';

async function start(options: object = {}): Promise<FeedServer> {
  const redisServer = await startRedisServer();
  redisUrl = redisServer.url;
  cleanups.push(() => redisServer.close());
  const server = await startFeedServer({ url: redisServer.url, ...options });
  cleanups.push(() => server.close());
  return server;
}

async function sessionKeys(): Promise<readonly string[]> {
  const admin = await createClient({ url: redisUrl }).connect();
  try {
    return await admin.keys('*:history:session:*');
  } finally {
    admin.destroy();
  }
}

/** A client without the wrapper, which sends what an attacker could send. */
async function connect(server: FeedServer, user: string, path = '/feed') {
  const connection = new HubConnectionBuilder()
    .withUrl(`${server.url}${path}?user=${user}`, { transport: HttpTransportType.WebSockets })
    .configureLogging(LogLevel.None)
    .build();
  const texts: string[] = [];
  let resume = (): void => undefined;
  connection.on('receive', (text: string) => {
    texts.push(text);
    resume();
  });
  const positions: string[] = [];
  connection.on('__position', (announced: string) => positions.push(announced));
  await connection.start();
  cleanups.push(() => connection.stop());
  const recover = (...args: unknown[]): Promise<RecoveryReply> =>
    connection.invoke('__recover', ...args);
  /** Waits until a message was delivered, so that it does not reach later connections. */
  const received = async (text: string): Promise<void> => {
    while (!texts.includes(text)) await new Promise<void>((resolve) => (resume = resolve));
  };
  return { connection, texts, positions, recover, received };
}

test('a position before the session started replays nothing older than the session', async () => {
  const server = await start();
  const early = await connect(server, 'bob');
  await early.recover(null, null);
  await server.hub.clients.all.send('receive', 'before ann');
  await early.received('before ann');
  await server.hub.clients.user('ann').send('receive', 'before ann, to ann');
  for (const forged of ['0-0', '0-1', '1-0']) {
    const first = await connect(server, 'ann');
    const { session } = await first.recover(null, null);
    await server.hub.clients.all.send('receive', 'in the session');
    await first.received('in the session');
    const second = await connect(server, 'ann');
    const reply = await second.recover(session, forged);
    expect(reply).toMatchObject({ recovered: false, reason: 'gap' });
    expect(reply.session).not.toBe(session);
    expect(second.texts).toEqual([]);
  }
});

test('a position before the session that is still in the history replays the session only', async () => {
  const server = await start();
  const early = await connect(server, 'bob');
  const { position: old } = await early.recover(null, null);
  await server.hub.clients.all.send('receive', 'before ann');
  await early.received('before ann');
  const first = await connect(server, 'ann');
  const { session } = await first.recover(null, null);
  await server.hub.clients.all.send('receive', 'in the session');
  await first.received('in the session');
  const second = await connect(server, 'ann');
  expect(await second.recover(session, old)).toMatchObject({ recovered: true });
  expect(second.texts).toEqual(['in the session']);
});

test('a group message from before the membership is not replayed', async () => {
  const server = await start();
  const first = await connect(server, 'ann');
  const { session, position } = await first.recover(null, null);
  await server.hub.clients.group('news').send('receive', 'before joining');
  await first.connection.invoke('join', 'news');
  await server.hub.clients.group('news').send('receive', 'as member');
  await first.received('as member');
  const second = await connect(server, 'ann');
  expect(await second.recover(session, position)).toMatchObject({ groups: ['news'] });
  expect(second.texts).toEqual(['as member']);
});

test('a message that excluded the new connection is not replayed to it', async () => {
  const server = await start();
  const first = await connect(server, 'ann');
  const { session, position } = await first.recover(null, null);
  const second = await connect(server, 'ann');
  const { clients } = server.hub;
  const { connectionId } = second.connection;
  await clients.allExcept([connectionId as string]).send('receive', 'to the others');
  await first.received('to the others');
  expect(await second.recover(session, position)).toMatchObject({ recovered: true });
  // A recovery on the same connection does not replay it either.
  expect(await second.recover(session, position)).toMatchObject({ recovered: true });
  expect(second.texts).toEqual([]);
});

test('another user cannot use a session, and the reply is that of an unknown one', async () => {
  const server = await start();
  const ann = await connect(server, 'ann');
  const { session, position } = await ann.recover(null, null);
  await server.hub.clients.user('ann').send('receive', 'secret');
  await ann.received('secret');
  for (const user of ['bob', '']) {
    const other = await connect(server, user);
    const stolen = await other.recover(session, position);
    const unknown = await other.recover('x'.repeat(43), position);
    for (const reply of [stolen, unknown])
      expect(reply).toMatchObject({ recovered: false, reason: 'session', groups: [] });
    expect(other.texts).toEqual([]);
  }
});

test.each([
  ['truncated', (position: string) => position.split('-')[0]],
  ['of the future', () => '99999999999999-0'],
  ['not a position', () => 'x'],
  ['an injected range', () => '- + COUNT 1'],
  ['no string', () => 42],
  ['missing', () => null],
  ['an object', () => ({ toString: null })],
])('a position that is %s is reported as a gap and replays nothing', async (_, forge) => {
  const server = await start();
  const first = await connect(server, 'ann');
  const { session, position } = await first.recover(null, null);
  await server.hub.clients.all.send('receive', 'missed');
  await first.received('missed');
  const second = await connect(server, 'ann');
  const reply = await second.recover(session, forge(position as string));
  expect(reply).toMatchObject({ recovered: false, reason: 'gap' });
  expect(second.texts).toEqual([]);
});

test('the clocks of the servers do not matter', async () => {
  const server = await start({ history: { maxAge: 30_000 } });
  const now = Date.now();
  const clock = vi.spyOn(Date, 'now');
  cleanups.push(() => clock.mockRestore());
  for (const [sender, receiver] of [
    [now + 61_000, now - 61_000],
    [now - 61_000, now + 61_000],
  ] as const) {
    clock.mockReturnValue(sender);
    const first = await connect(server, 'ann');
    const { session, position } = await first.recover(null, null);
    await server.hub.clients.all.send('receive', 'missed');
    await first.received('missed');
    clock.mockReturnValue(receiver);
    const second = await connect(server, 'ann');
    expect(await second.recover(session, position)).toMatchObject({ recovered: true });
    expect(second.texts).toEqual(['missed']);
  }
});

test('a session expires', async () => {
  const server = await start({ history: { maxAge: 50 } });
  const first = await connect(server, 'ann');
  const { session, position } = await first.recover(null, null);
  await first.connection.stop();
  while ((await sessionKeys()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const second = await connect(server, 'ann');
  expect(await second.recover(session, position)).toMatchObject({ reason: 'session' });
});

test('a replayed session restores only the groups that its last connection had', async () => {
  const server = await start();
  const first = await connect(server, 'ann');
  const { session, position } = await first.recover(null, null);
  await first.connection.invoke('join', 'news');
  const second = await connect(server, 'ann');
  expect(await second.recover(session, position)).toMatchObject({ groups: ['news'] });
  await second.connection.invoke('leave', 'news');
  const third = await connect(server, 'ann');
  expect(await third.recover(session, position)).toMatchObject({ recovered: true, groups: [] });
});

test.each([
  ['in lists', true],
  ['one at a time', undefined],
])('a client receives the positions of all messages %s', async (_, readsPositionLists) => {
  const server = await start();
  const client = await connect(server, 'ann');
  const { position } = await client.recover(null, null, readsPositionLists);
  const texts = Array.from({ length: 50 }, (__, i) => String(i));
  await Promise.all(texts.map((text) => server.hub.clients.all.send('receive', text)));
  await client.received('49');
  expect(client.texts).toEqual(texts);
  const positions = client.positions.join(' ').split(' ');
  expect(positions).toHaveLength(50);
  expect([position as string, ...positions].toSorted(comparePositions)).toEqual([
    position,
    ...positions,
  ]);
  if (readsPositionLists === undefined) expect(client.positions).toEqual(positions);
});
