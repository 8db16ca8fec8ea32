import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@redis/client';
import { Hub, type RemoteHubContext } from '@practical-signalr/server';
import { adminRouter } from '@practical-signalr/server/admin';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { afterAll, afterEach, beforeAll, expect, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from '../local/index.ts';
import { presence } from '../presence/presence.ts';
import { redis } from '../redis.ts';
import { LoggedHub } from '../testing/logged-hub.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';
import { type RedisHubContext, redisHubContext } from './redis-hub-context.ts';

interface ChatClient {
  receive(text: string): void;
  answer(question: string): string;
}

class ChatHub extends Hub<ChatClient> {
  id(): string {
    return this.context.connectionId;
  }
}

const test = baseTest.skipIf(!hasRedisServer);
const channelPrefix = 'shop.';

let redisServer: RedisServerProcess;
let url: string;
let admin: ReturnType<typeof createClient>;
let servers: TestServer[];
let chat: RedisHubContext<ChatClient>;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  if (!hasRedisServer) return;
  redisServer = await startRedisServer();
  ({ url } = redisServer);
  admin = createClient({ url });
  await admin.connect();
  servers = await Promise.all(['a', 'b'].map(startServer));
  chat = redisHubContext<ChatClient>({ url, hub: 'ChatHub', channelPrefix, ackTimeout: 10_000 });
  // A server starts without Redis if it responds slowly.
  const channel = `${channelPrefix}ChatHub:all`;
  while ((await admin.pubSubNumSub([channel]))[channel] !== 2);
});
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});
afterAll(async () => {
  if (!hasRedisServer) return;
  await chat.close();
  for (const server of servers) await server.close();
  admin.destroy();
  await redisServer.close();
});

function startServer(serverName: string): Promise<TestServer> {
  const scaleOut = redis({ url, channelPrefix, serverName, presence: presence({ url }) });
  const userIdProvider = {
    getUserId: ({ request }: { request: { query: URLSearchParams } }) => request.query.get('user'),
  };
  const options = { scaleOut, userIdProvider: userIdProvider as never };
  return testServer((signalr) => signalr.mapHub('/chat', ChatHub, { methods: ['id'] }), options);
}

/** A client whose received texts a test can wait for. */
async function connect(server: TestServer, user: string) {
  const client = await server.connect<ChatHub, ChatClient>('/chat', { query: `user=${user}` });
  cleanups.push(() => client.stop());
  const texts: string[] = [];
  let notify = (): void => undefined;
  client.on('receive', (text) => {
    texts.push(text);
    notify();
  });
  client.on('answer', (question) => `${user}: ${question}`);
  const next = async (): Promise<string> => {
    while (texts.length === 0) await new Promise<void>((resolve) => (notify = resolve));
    return texts.shift() as string;
  };
  return { client, id: await client.invoke('id'), next };
}

/** Connects two users to different servers. */
async function connectPair(users: readonly [string, string] = ['ada', 'bob']) {
  const [first, second] = servers as [TestServer, TestServer];
  return [await connect(first, users[0]), await connect(second, users[1])] as const;
}

test('sends to all, groups, users and connections of all servers over one connection', async () => {
  const [ada, bob] = await connectPair();
  await chat.groups.add(bob.id, 'room');
  await chat.clients.all.send('receive', 'all');
  expect([await ada.next(), await bob.next()]).toEqual(['all', 'all']);
  await chat.clients.group('room').send('receive', 'group');
  await chat.clients.user('bob').send('Receive', 'user');
  await chat.clients.client(bob.id).send('receive', 'connection');
  await chat.clients.allExcept([ada.id]).send('receive', 'except');
  expect([await bob.next(), await bob.next()]).toEqual(['group', 'user']);
  expect([await bob.next(), await bob.next()]).toEqual(['connection', 'except']);
  await chat.groups.remove(bob.id, 'room');
  await chat.clients.group('room').send('receive', 'too late');
  await chat.clients.all.send('receive', 'end');
  expect([await ada.next(), await bob.next()]).toEqual(['end', 'end']);
  expect(await chat.clients.client(bob.id).invoke('answer', 'why?')).toBe('bob: why?');
  // Three connections for each server, one of this test, and one of the context. Presence connects
  // later than its server.
  const countConnections = async () => (await admin.clientList()).length;
  await expect.poll(countConnections).toBe(3 * servers.length + 2);
});

test('adds the connections of a user to a group on all servers, and removes them', async () => {
  const [first, second] = servers as [TestServer, TestServer];
  const here = await connect(first, 'erin');
  const there = await connect(second, 'erin');
  const other = await connect(second, 'frank');
  await chat.userGroups.add('erin', 'team');
  await chat.clients.group('team').send('receive', 'team');
  expect([await here.next(), await there.next()]).toEqual(['team', 'team']);
  await expect.poll(() => chat.presence.count({ group: 'team' })).toBe(2);
  await chat.userGroups.remove('erin', 'team');
  await expect.poll(() => chat.presence.count({ group: 'team' })).toBe(0);
  await chat.clients.group('team').send('receive', 'too late');
  await chat.clients.all.send('receive', 'end');
  const ends = [await here.next(), await there.next(), await other.next()];
  expect(ends).toEqual(['end', 'end', 'end']);
});

test('lists and counts the connections of a group and of a user', async () => {
  // Connections of the other tests may still be closing.
  const [carol, dave] = await connectPair(['carol', 'dave']);
  await chat.groups.add(carol.id, 'listed');
  await chat.groups.add(dave.id, 'listed');
  // Presence has its own connection, so it may be a moment behind at the start.
  await expect.poll(() => chat.presence.count({ group: 'listed' })).toBe(2);
  const members = await chat.presence.members('listed');
  const described = members.map(
    ({ userIdentifier, serverName }) => `${userIdentifier} on ${serverName}`,
  );
  expect(described.toSorted()).toEqual(['carol on a', 'dave on b']);
  const [listed] = await chat.presence.connections({ user: 'dave' });
  expect(listed?.connectionId).toBe(dave.id);
  expect(await chat.presence.count({ user: 'dave' })).toBe(1);
  expect(await chat.presence.users()).toEqual(expect.arrayContaining(['carol', 'dave']));
});

test('knows which connections, users and groups exist', async () => {
  const [ada] = await connectPair();
  const { clientManager, groups } = chat;
  await groups.add(ada.id, 'room');
  const exist = await Promise.all([
    clientManager.connectionExists(ada.id),
    clientManager.userExists('ada'),
    clientManager.groupExists('room'),
    clientManager.connectionExists('nobody'),
    clientManager.userExists('nobody'),
    clientManager.groupExists('empty'),
  ]);
  expect(exist).toEqual([true, true, true, false, false, false]);
});

test('closes a connection, a user, a group and all, with a reason and exceptions', async () => {
  const { clientManager } = chat;
  const closed = async (close: (id: string) => Promise<void>): Promise<string | undefined> => {
    const [ada, bob] = await connectPair();
    const error = new Promise<string | undefined>((resolve) =>
      bob.client.onclose((reason) => resolve(reason?.message)),
    );
    await chat.userGroups.add('bob', 'room');
    await close(bob.id);
    const message = await error;
    await chat.clients.all.send('receive', 'still here');
    // Ada's connection is open, except after closeAll without her.
    expect(await ada.next()).toBe('still here');
    for (const cleanUp of cleanups.splice(0)) await cleanUp();
    return message;
  };
  const reason = 'so long';
  expect(await closed((id) => clientManager.closeConnection(id, reason))).toContain(reason);
  expect(await closed(() => clientManager.closeUser('bob', { reason }))).toContain(reason);
  expect(await closed(() => clientManager.closeGroup('room'))).toBeUndefined();
  const closeOthers = async (): Promise<void> => {
    await expect.poll(() => chat.presence.count({ user: 'ada' })).toBeGreaterThan(0);
    const excluded = await chat.presence.connections({ user: 'ada' });
    await clientManager.closeAll({ excluded: excluded.map(({ connectionId }) => connectionId) });
  };
  expect(await closed(closeOthers)).toBeUndefined();
});

test('the admin page of one server disconnects a user and a connection of another', async () => {
  const [here] = servers as [TestServer, TestServer];
  const page = createServer(adminRouter(here.signalr, { authorize: () => true }) as never);
  page.listen(0, '127.0.0.1');
  await once(page, 'listening');
  cleanups.push(() => page.close());
  const { port } = page.address() as AddressInfo;
  const disconnect = async (target: string, name: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/disconnect`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Connection: 'close' },
      body: JSON.stringify({ hub: 'ChatHub', target, name }),
    });
    return response.json();
  };
  const select = [
    (user: string) => ['user', user],
    (_user: string, id: string) => ['connection', id],
  ];
  for (const choose of select) {
    const [ada, bob] = await connectPair();
    const isClosed = new Promise<void>((resolve) => bob.client.onclose(() => resolve()));
    const [target = '', name = ''] = choose('bob', bob.id);
    expect(await disconnect(target, name)).toEqual({ disconnected: 0, scope: 'all Node servers' });
    await isClosed;
    await chat.clients.all.send('receive', 'still here');
    expect(await ada.next()).toBe('still here');
  }
});

test('a message between servers reaches the listeners of other processes only', async () => {
  const log = new LoggedHub();
  const { logger } = log.hub;
  const other = redisHubContext({ url, hub: 'ChatHub', channelPrefix, logger });
  cleanups.push(() => other.close());
  const received: unknown[] = [];
  const stopOwn = await chat.serverMessages.on('invalidate', () => received.push('own'));
  const stopFailing = await other.serverMessages.on('invalidate', () =>
    Promise.reject(new Error('this listener fails')),
  );
  const arrived = new Promise((resolve) => {
    void other.serverMessages.on('invalidate', resolve);
  });
  await chat.serverMessages.send('other name', 1);
  await chat.serverMessages.send('invalidate', { key: 'user:1' });
  expect(await arrived).toEqual({ key: 'user:1' });
  expect(received).toEqual([]);
  await log.logged(/listener of the server message 'invalidate' failed/);
  await stopOwn();
  await stopFailing();
  const circle: unknown[] = [];
  circle.push(circle);
  await expect(chat.serverMessages.send('m', circle)).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_MESSAGE_NOT_JSON',
  });
});

test('names that are empty or no strings are refused with a code, and nothing is sent', async () => {
  const { clientManager, userGroups, groups, clients, serverMessages } = chat;
  for (const name of ['', 5, undefined, null] as string[]) {
    const calls = [
      clients.group(name).send('receive', ''),
      clients.client(name).send('receive', ''),
      groups.add('id', name),
      groups.remove(name, 'room'),
      userGroups.add(name, 'room'),
      userGroups.remove('ada', name),
      clientManager.connectionExists(name),
      clientManager.userExists(name),
      clientManager.groupExists(name),
      clientManager.closeConnection(name),
      clientManager.closeUser(name),
      clientManager.closeGroup(name),
      clientManager.closeAll({ excluded: [name] }),
      serverMessages.send(name),
      serverMessages.on(name, () => undefined),
    ];
    for (const result of await Promise.allSettled(calls))
      expect(result).toMatchObject({ reason: { code: 'ERR_SIGNALR_TARGET_INVALID' } });
  }
  await expect(clientManager.closeUser('ada', { reason: 5 as never })).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_NOT_A_STRING',
  });
  await expect(serverMessages.on('m', 5 as never)).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_NOT_A_FUNCTION',
  });
});

test('operations of a hub without servers are rejected, and existence is false', async () => {
  const nowhere = redisHubContext({ url, hub: 'Misspelled', channelPrefix });
  cleanups.push(() => nowhere.close());
  const noServer = { code: 'ERR_SIGNALR_REDIS_NO_SERVER' };
  await expect(nowhere.userGroups.add('ada', 'room')).rejects.toMatchObject(noServer);
  await expect(nowhere.clientManager.closeAll()).rejects.toMatchObject(noServer);
  await expect(nowhere.groups.add('id', 'room')).rejects.toMatchObject({ cause: noServer });
  expect(await nowhere.clientManager.userExists('ada')).toBe(false);
  // Nobody is online, which is no error.
  await nowhere.clients.all.send('anything');
});

test('a subscriber that is no server makes an operation fail after ackTimeout', async () => {
  const impatient = redisHubContext({ url, hub: 'ChatHub', channelPrefix, ackTimeout: 500 });
  cleanups.push(() => impatient.close());
  const intruder = await admin.duplicate().connect();
  cleanups.push(() => intruder.destroy());
  await intruder.subscribe(`${channelPrefix}ChatHub:internal:commands`, () => undefined);
  await expect(impatient.userGroups.add('ada', 'room')).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_SERVERS_NOT_CONFIRMED',
    message: expect.stringContaining('within 500 ms; 2 did') as string,
  });
});

test('the context has the interface that it shares with the REST client of Azure', () => {
  const shared: RemoteHubContext<ChatClient> = chat;
  expect(Object.keys(shared)).toEqual(
    expect.arrayContaining(['clients', 'groups', 'userGroups', 'clientManager']),
  );
  // @ts-expect-error: no such method
  const wrongMethod = () => shared.clients.all.send('recieve', 'text');
  // @ts-expect-error: an argument is missing
  const missingArgument = () => chat.clients.all.send('receive');
  expect([wrongMethod, missingArgument]).toHaveLength(2);
});
