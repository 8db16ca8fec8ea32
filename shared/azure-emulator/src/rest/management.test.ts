import {
  type HubConnection,
  HubConnectionBuilder,
  type IHubProtocol,
  JsonHubProtocol,
  LogLevel,
} from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { azureSignalR } from '@practical-signalr/azure';
import { type ServiceHubContext, ServiceManager } from '@practical-signalr/azure/management';
import { Hub } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../index.ts';

class ChatHub extends Hub {}
const nothing = (): void => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

let emulator: Emulator;
let app: TestServer<{ readonly '/chat': ChatHub }>;
let chat: ServiceHubContext<{ said(text: string): void }>;
const connections: HubConnection[] = [];

beforeEach(async () => {
  emulator = await startEmulator({ port: 0 });
  const options = { connectionString: emulator.connectionString, environment: {} };
  const scaleOut = azureSignalR({ ...options, initialHubServerConnectionCount: 1, logger });
  const userIdProvider = {
    getUserId: ({ request }: { request: { query: { get(name: string): string | undefined } } }) =>
      request.query.get('user'),
  };
  app = await testServer(
    { '/chat': { hub: ChatHub, methods: [] } },
    { scaleOut, logger, userIdProvider },
  );
  await expect.poll(() => app.signalr.health().status).toBe('Healthy');
  chat = new ServiceManager(options).hubContext('ChatHub');
});
afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.stop()));
  await app.close();
  await emulator.close();
});

interface Client {
  readonly id: string;
  readonly said: string[];
  readonly closed: Promise<void>;
}

async function connect(
  user: string,
  protocol: IHubProtocol = new JsonHubProtocol(),
): Promise<Client> {
  const connection = new HubConnectionBuilder()
    .withUrl(`${app.url}/chat?user=${user}`)
    .withHubProtocol(protocol)
    .configureLogging(LogLevel.None)
    .build();
  const said: string[] = [];
  connection.on('Said', (text: string) => said.push(text));
  const closed = new Promise<void>((resolve) => connection.onclose(() => resolve()));
  await connection.start();
  connections.push(connection);
  return { id: String(connection.connectionId), said, closed };
}

test('sends by REST reach the clients of an app in their encodings', async () => {
  const [ada, bob] = [await connect('ada'), await connect('bob', new MessagePackHubProtocol())];
  await chat.groups.add(bob.id, 'room');
  await chat.clients.all.send('Said', 'all');
  await chat.clients.allExcept([ada.id]).send('Said', 'all but ada');
  await chat.clients.user('ada').send('Said', 'user');
  await chat.clients.client(bob.id).send('Said', 'connection');
  await chat.clients.group('room').send('Said', 'group');
  await chat.clients.groupExcept('room', [bob.id]).send('Said', 'nobody');
  await chat.groups.remove(bob.id, 'room');
  await chat.clients.group('room').send('Said', 'nobody');
  await chat.clients.all.send('Said', 'end');
  await expect.poll(() => ada.said).toEqual(['all', 'user', 'end']);
  await expect.poll(() => bob.said).toEqual(['all', 'all but ada', 'connection', 'group', 'end']);
});

test('users join groups, connections leave all groups, existence checks', async () => {
  const { clientManager, userGroups, groups } = chat;
  expect(await clientManager.userExists('ada')).toBe(false);
  const ada = await connect('ada');
  expect(await clientManager.userExists('ada')).toBe(true);
  expect([
    await clientManager.connectionExists(ada.id),
    await clientManager.connectionExists('x'),
  ]).toEqual([true, false]);
  await userGroups.add('ada', 'admins');
  expect([await userGroups.has('ada', 'admins'), await userGroups.has('bob', 'admins')]).toEqual([
    true,
    false,
  ]);
  expect([
    await clientManager.groupExists('admins'),
    await clientManager.groupExists('others'),
  ]).toEqual([true, false]);
  await chat.clients.group('admins').send('Said', 'admins');
  await expect.poll(() => ada.said).toEqual(['admins']);
  await userGroups.remove('ada', 'admins');
  await userGroups.add('ada', 'admins');
  await userGroups.removeFromAll('ada');
  expect(await userGroups.has('ada', 'admins')).toBe(false);
  await groups.add(ada.id, 'room');
  await groups.removeFromAll(ada.id);
  expect(await clientManager.groupExists('room')).toBe(false);
  await expect(groups.add('nobody', 'room')).rejects.toMatchObject({
    statusCode: 404,
    serviceCode: 'Error.Connection.NotExisted',
  });
  await groups.remove('nobody', 'room');
});

test('a connection, a user, a group and all connections can be closed', async () => {
  const [ada, bob, eve, dan, sue] = await Promise.all(
    ['ada', 'bob', 'eve', 'dan', 'sue'].map((user) => connect(user)),
  );
  await chat.clientManager.closeConnection(ada!.id, 'so long');
  await ada!.closed;
  await chat.clientManager.closeUser('bob');
  await bob!.closed;
  await chat.groups.add(eve!.id, 'room');
  await chat.groups.add(dan!.id, 'room');
  await chat.clientManager.closeGroup('room', { excluded: [dan!.id], reason: 'closed' });
  await eve!.closed;
  expect(await chat.clientManager.connectionExists(dan!.id)).toBe(true);
  await chat.clientManager.closeAll({ excluded: [sue!.id] });
  await dan!.closed;
  expect(await chat.clientManager.connectionExists(sue!.id)).toBe(true);
});

test('health works, a wrong key and a message over 1 MB are refused', async () => {
  const of = (connectionString: string): ServiceManager =>
    new ServiceManager({ connectionString, environment: {} });
  expect(await of(emulator.connectionString).isHealthy()).toBe(true);
  const wrong = of(`Endpoint=${emulator.url};AccessKey=wrong`).hubContext('ChatHub');
  await expect(wrong.clients.all.send('Said', 'x')).rejects.toMatchObject({ statusCode: 401 });
  await expect(chat.clients.all.send('Said', 'x'.repeat(1_100_000))).rejects.toMatchObject({
    statusCode: 413,
  });
});

test('a client connects with a negotiation by ServiceManager', async () => {
  const { url, accessToken } = await chat.negotiate({ userId: 'job' });
  const answer = await fetch(url.replace('/client/', '/client/negotiate'), {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}` },
  });
  expect(answer.status).toBe(200);
});
