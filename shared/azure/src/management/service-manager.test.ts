import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Gate } from '@practical-signalr/server/scale-out';
import jwt from 'jsonwebtoken';
import { afterEach, beforeEach, expect, expectTypeOf, test } from 'vitest';
import { type RemoteHubContext, ServiceManager, type ServiceHubContext } from './index.ts';

interface ChatClient {
  receiveMessage(from: string, text: string): void;
}

const KEY = 'a-key-for-tests';
const requests: { line: string; body: string; audience: unknown }[] = [];
let answer: { status: number; code?: string };
const server = createServer((request, response) => {
  void record(request).then(() => {
    response
      .writeHead(answer.status, answer.code === undefined ? {} : { 'x-ms-error-code': answer.code })
      .end();
  });
});

async function record(request: IncomingMessage): Promise<void> {
  let body = '';
  for await (const piece of request) body += String(piece);
  const token = String(request.headers.authorization).replace('Bearer ', '');
  const { aud } = jwt.verify(token, KEY) as { aud: unknown };
  requests.push({ line: `${request.method} ${request.url}`, body, audience: aud });
}

const cleanups: (() => void)[] = [];
let connectionString: string;
let chat: ServiceHubContext<ChatClient>;
beforeEach(async () => {
  requests.length = 0;
  answer = { status: 202 };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  connectionString = `Endpoint=http://127.0.0.1;Port=${(server.address() as AddressInfo).port};AccessKey=${KEY}`;
  chat = new ServiceManager({ connectionString, environment: {} }).hubContext<ChatClient>(
    'ChatHub',
  );
});
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0)) cleanUp();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const V = 'api-version=2022-06-01';
const lines = (): string[] =>
  requests.splice(0).map(({ line }) => line.replace('/api/hubs/chathub', ''));

test('sends use the documented paths, one request for each receiver, with the path as audience of the token', async () => {
  const { clients } = chat;
  await clients.all.send('ReceiveMessage', 'ada', 'hé');
  expect(requests).toEqual([
    {
      line: `POST /api/hubs/chathub/:send?${V}`,
      body: '{"target":"ReceiveMessage","arguments":["ada","hé"]}',
      audience: `http://127.0.0.1/api/hubs/chathub/:send?${V}`,
    },
  ]);
  lines();
  await clients.allExcept(['a', 'b']).send('receiveMessage', '', '');
  expect(requests[0]?.audience).toBe(`http://127.0.0.1/api/hubs/chathub/:send?${V}`);
  expect(lines()).toEqual([`POST /:send?${V}&excluded=a&excluded=b`]);
  await clients.client('a/b').send('receiveMessage', '', '');
  await clients.clients(['1', '2']).send('receiveMessage', '', '');
  expect(lines()).toEqual(['a%2Fb', '1', '2'].map((id) => `POST /connections/${id}/:send?${V}`));
  await clients.group('réd room').send('receiveMessage', '', '');
  await clients.groupExcept('g', ['a']).send('receiveMessage', '', '');
  await clients.groups(['g', 'h']).send('receiveMessage', '', '');
  expect(lines()).toEqual([
    `POST /groups/r%C3%A9d%20room/:send?${V}`,
    `POST /groups/g/:send?${V}&excluded=a`,
    `POST /groups/g/:send?${V}`,
    `POST /groups/h/:send?${V}`,
  ]);
  await clients.user('ada@x').send('receiveMessage', '', '');
  await clients.users([]).send('receiveMessage', '', '');
  expect(lines()).toEqual([`POST /users/ada%40x/:send?${V}`]);
});

test('calls have the types of the client contract', () => {
  // The interface that it shares with the hub context of @practical-signalr/redis.
  expectTypeOf<ServiceHubContext<ChatClient>>().toExtend<RemoteHubContext<ChatClient>>();
  const wrong = (): unknown =>
    // @ts-expect-error: no such method
    chat.clients.all.send('receiveMessages', 'a', 'b');
  const missing = (): unknown =>
    // @ts-expect-error: an argument is missing
    chat.clients.all.send('ReceiveMessage', 'a');
  expect([wrong, missing]).toHaveLength(2);
});

test('names with a meaning in a path are encoded or refused', async () => {
  await chat.clients.user(':send').send('receiveMessage', '', '');
  await chat.clients.user('a/../b').send('receiveMessage', '', '');
  await chat.clients.user('half \ud83d').send('receiveMessage', '', '');
  expect(lines()).toEqual(
    ['%3Asend', 'a%2F..%2Fb', 'half%20%EF%BF%BD'].map((name) => `POST /users/${name}/:send?${V}`),
  );
  for (const name of ['.', '..']) {
    await expect(chat.clients.user(name).send('receiveMessage', '', ''), name).rejects.toThrow(
      'path segment',
    );
    await expect(chat.clientManager.closeUser(name), name).rejects.toThrow('path segment');
    await expect(chat.userGroups.add('ada', name), name).rejects.toThrow('path segment');
  }
  expect(lines()).toEqual([]);
});

test('groups, groups of users and closing use the documented requests', async () => {
  answer = { status: 200 };
  const { groups, userGroups, clientManager } = chat;
  await groups.add('c', 'g');
  await groups.remove('c', 'g');
  await groups.removeFromAll('c');
  await userGroups.add('u', 'g');
  await userGroups.add('u', 'g', { ttl: 1500 });
  await userGroups.remove('u', 'g');
  await userGroups.removeFromAll('u');
  await clientManager.closeConnection('c', 'so long');
  await clientManager.closeAll({ excluded: ['a', 'b'], reason: 'r' });
  await clientManager.closeUser('u');
  await clientManager.closeGroup('g');
  expect(lines()).toEqual([
    `PUT /groups/g/connections/c?${V}`,
    `DELETE /groups/g/connections/c?${V}`,
    `DELETE /connections/c/groups?${V}`,
    `PUT /users/u/groups/g?${V}`,
    `PUT /users/u/groups/g?${V}&ttl=2`,
    `DELETE /users/u/groups/g?${V}`,
    `DELETE /users/u/groups?${V}`,
    `DELETE /connections/c?${V}&reason=so+long`,
    `POST /:closeConnections?${V}&excluded=a&excluded=b&reason=r`,
    `POST /users/u/:closeConnections?${V}`,
    `POST /groups/g/:closeConnections?${V}`,
  ]);
});

test('existence checks return true or false, and removing what does not exist is no error', async () => {
  const { clientManager, userGroups, groups } = chat;
  const ask = (): Promise<boolean[]> =>
    Promise.all([
      clientManager.connectionExists('c'),
      clientManager.userExists('u'),
      clientManager.groupExists('g'),
      userGroups.has('u', 'g'),
    ]);
  answer = { status: 200 };
  expect(await ask()).toEqual([true, true, true, true]);
  expect(lines().toSorted()).toEqual(
    ['connections/c', 'groups/g', 'users/u/groups/g', 'users/u'].map(
      (path) => `HEAD /${path}?${V}`,
    ),
  );
  answer = { status: 404, code: 'Warning.Connection.NotExisted' };
  expect(await ask()).toEqual([false, false, false, false]);
  await groups.remove('c', 'g');
  await clientManager.closeConnection('c');
});

test.each([
  [401, undefined, /401.*AccessKey/],
  [404, 'Error.Connection.NotExisted', 'does not know the connection'],
  [413, undefined, '1 MB'],
  [500, undefined, 'status 500'],
])('status %i rejects with a message without the key', async (status, serviceCode, text) => {
  answer = { status, ...(serviceCode === undefined ? {} : { code: serviceCode }) };
  const error = await chat.groups.add('c', 'g').catch((reason: Error) => reason);
  expect(error).toMatchObject({
    name: 'AzureSignalRError',
    code: 'ERR_SIGNALR_AZURE_REST_REFUSED',
    statusCode: status,
    serviceCode,
  });
  expect((error as Error).message).toMatch(text);
  expect((error as Error).message).not.toContain(KEY);
});

test.each([
  ['groups.add', (name: string) => chat.groups.add('c', name)],
  ['groups.remove', (name: string) => chat.groups.remove('c', name)],
  ['userGroups.add', (name: string) => chat.userGroups.add('ada', name)],
  ['userGroups.remove', (name: string) => chat.userGroups.remove('ada', name)],
  ['userGroups.has', (name: string) => chat.userGroups.has('ada', name)],
  ['groupExists', (name: string) => chat.clientManager.groupExists(name)],
  ['closeGroup', (name: string) => chat.clientManager.closeGroup(name)],
] as const)('%s with an impossible name of a group rejects, and does not throw', async (_, run) => {
  for (const name of ['', ' ', 'x'.repeat(1025)]) {
    await expect(run(name)).rejects.toMatchObject({ code: 'ERR_SIGNALR_AZURE_INVALID_NAME' });
  }
  expect(requests).toEqual([]);
});

test('an unreachable service, impossible names and arguments that cannot be encoded are errors', async () => {
  const nowhere = new ServiceManager({
    connectionString: 'Endpoint=http://127.0.0.1:9;AccessKey=k',
    environment: {},
  });
  await expect(nowhere.isHealthy()).rejects.toThrow('127.0.0.1:9 cannot be reached');
  expect(() => nowhere.hubContext('9lives')).toThrow('starts with a letter');
  const circle: unknown[] = [];
  circle.push(circle);
  await expect(chat.clients.all.send('ReceiveMessage', circle as never, '')).rejects.toThrow(
    'circular',
  );
  expect(() => new ServiceManager({ environment: {} })).toThrow('no connection string');
  expect(() => new ServiceManager({ connectionString, environment: {}, timeout: 0 })).toThrow(
    'timeout',
  );
  expect(requests).toEqual([]);
});

test('the application name is sent, and the environment is read', async () => {
  answer = { status: 200 };
  const service = new ServiceManager({
    environment: {
      Azure__SignalR__ConnectionString: connectionString,
      Azure__SignalR__ApplicationName: 'Shop',
      Azure__SignalR__AccessTokenAlgorithm: 'HS512',
    },
  });
  expect(await service.isHealthy()).toBe(true);
  const context = service.hubContext('ChatHub');
  await context.clients.all.send('Any', 1);
  expect(requests.map(({ line }) => line)).toEqual([
    `HEAD /api/health?${V}`,
    `POST /api/hubs/chathub/:send?application=shop&${V}`,
  ]);
  expect(requests[1]?.audience).toBe(
    `http://127.0.0.1/api/hubs/chathub/:send?application=shop&${V}`,
  );
  const { url, accessToken } = await context.negotiate();
  expect(new URL(url).searchParams.get('hub')).toBe('shop_chathub');
  expect(jwt.decode(accessToken, { complete: true })?.header.alg).toBe('HS512');
});

test('negotiate returns the URL and a token, as Azure Functions do', async () => {
  const { url, accessToken } = await chat.negotiate({
    userId: 'ada',
    claims: { role: 'admin' },
    lifetime: 60_000,
  });
  const port = (server.address() as AddressInfo).port;
  expect(url).toMatch(
    new RegExp(`^http://127.0.0.1:${port}/client/\\?hub=chathub&asrs_request_id=[^&]+$`),
  );
  const claims = jwt.verify(accessToken, KEY, {
    audience: 'http://127.0.0.1/client/?hub=chathub',
  }) as jwt.JwtPayload;
  expect(claims).toMatchObject({ 'asrs.s.uid': 'ada', role: 'admin' });
  expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(60);
  expect(requests).toEqual([]);
});

test('with several endpoints, sends use all, one positive check suffices, and clients use a primary one', async () => {
  const second = 'Endpoint=http://127.0.0.1:9;AccessKey=k';
  const service = new ServiceManager({
    endpoints: [connectionString, { connectionString: second, type: 'secondary' }],
    environment: {},
  });
  const context = service.hubContext('ChatHub');
  await expect(context.clients.all.send('Any')).rejects.toThrow('127.0.0.1:9 cannot be reached');
  await expect.poll(() => requests.length).toBe(1);
  for (let i = 0; i < 8; i++) expect((await context.negotiate()).url).not.toContain(':9/');
  answer = { status: 200 };
  await context.groups.add('c', 'g'); // the endpoint that has it
});

/** Starts an endpoint of the service that answers each request with `status` once `room` opens. */
async function startEndpoint(status: number, room?: Gate) {
  const paths: string[] = [];
  const endpoint = createServer((request, response) => {
    paths.push(String(request.url));
    void (room?.wait() ?? Promise.resolve()).then(() => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    endpoint.closeAllConnections();
    endpoint.close();
  });
  const { port } = endpoint.address() as AddressInfo;
  const address = `Endpoint=http://127.0.0.1;Port=${port};AccessKey=${KEY}`;
  return { endpoint, connectionString: address, paths };
}

test('a user joins a group on all endpoints, because a user may have connections on each of them', async () => {
  const room = new Gate();
  const second = await startEndpoint(200, room);
  const endpoints = [connectionString, second.connectionString];
  const { userGroups } = new ServiceManager({ endpoints, environment: {} }).hubContext('ChatHub');
  const requested = once(second.endpoint, 'request');
  let isAdded = false;
  const added = userGroups.add('ada', 'news').then(() => (isAdded = true));
  await requested;
  await expect.poll(() => lines()).toEqual([`PUT /users/ada/groups/news?${V}`]);
  // Once a later request has its response, the first endpoint has answered the request above.
  await chat.clientManager.userExists('ada');
  expect(isAdded).toBe(false);
  room.open();
  await added;
  expect(second.paths).toEqual([`/api/hubs/chathub/users/ada/groups/news?${V}`]);
});

test('adding a user to a group rejects if one endpoint refuses it', async () => {
  const { connectionString: failing } = await startEndpoint(500);
  const endpoints = [connectionString, failing];
  const { userGroups } = new ServiceManager({ endpoints, environment: {} }).hubContext('ChatHub');
  await expect(userGroups.add('ada', 'news')).rejects.toMatchObject({ statusCode: 500 });
});
