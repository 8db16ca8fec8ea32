import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { AzureSignalROptions } from './azure-options.ts';
import { azureSignalR } from './azure-signalr.ts';
import { ServiceMessageType as Type, writeServiceMessage } from './service-protocol/index.ts';
import { type ChatApp, hubEvents, negotiate, startChat } from './testing/chat-app.ts';
import {
  type FakeServerConnection,
  type FakeService,
  startFakeService,
} from './testing/fake-service.ts';

const NOT_CONNECTED = 'Azure SignalR Service is not connected yet, please try again later.';
let service: FakeService;
let app: ChatApp | undefined;
let log: string[];
beforeEach(async () => {
  log = [];
  service = await startFakeService();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await service.close();
});

const keep = (message: string, ...details: unknown[]): void =>
  void log.push([message, ...details.map((detail) => inspect(detail))].join(' '));
const logger = { debug: keep, info: keep, warn: keep, error: keep };

async function start(azure: AzureSignalROptions = {}): Promise<FakeServerConnection> {
  const { connectionString } = service;
  app = await startChat({ connectionString, logger, ...azure }, { logger });
  await expect.poll(() => app?.signalr.health().status).toBe('Healthy');
  return service.connections[0] as FakeServerConnection;
}
const call = (id: string, target: string, ...args: unknown[]): string =>
  `${JSON.stringify({ type: 1, invocationId: id, target, arguments: args })}\u001e`;
const say = (connection: FakeServerConnection, connectionId: string, payload: string): void =>
  connection.send({ type: Type.ConnectionData, connectionId, payload });
const open = (): FakeServerConnection[] => service.connections.filter(({ isOpen }) => isOpen);

test('if one server connection is lost, its clients end, other clients continue, and the connection is replaced', async () => {
  await start({ initialHubServerConnectionCount: 2 });
  await expect.poll(() => open().length).toBe(2);
  const [one, two] = service.connections as [FakeServerConnection, FakeServerConnection];
  one.open('a');
  two.open('b');
  await expect.poll(() => hubEvents.toSorted()).toEqual(['+a', '+b']);
  say(one, 'a', call('1', 'Echo', 'x') + call('2', 'Ask', 'elsewhere'));
  await expect.poll(() => one.of(Type.ClientInvocation).length).toBe(1);
  one.drop();
  await expect.poll(() => hubEvents.at(-1)).toBe('-a');
  say(two, 'b', call('1', 'Echo', 'y'));
  await expect.poll(() => two.textFor('b')).toContain('"result":"y"');
  await expect.poll(() => service.connections.length).toBe(3);
  expect(log.join('\n')).toContain('was lost, and 1 clients with it');
});

test('if all server connections are lost, clients end, and negotiation and sends fail until one is open', async () => {
  await start({ initialHubServerConnectionCount: 2 });
  await expect.poll(() => open().length).toBe(2);
  for (const [i, connection] of service.connections.entries()) connection.open(`client-${i}`);
  await expect.poll(() => hubEvents.length).toBe(2);
  service.status = 503;
  for (const connection of service.connections) connection.drop();
  await expect.poll(() => hubEvents.slice(2).toSorted()).toEqual(['-client-0', '-client-1']);
  expect(await negotiate(app as ChatApp)).toMatchObject({ status: 500, text: NOT_CONNECTED });
  const { clients, groups } = (app as ChatApp).hubs['/chat'];
  const notConnected = /no connection to Azure SignalR Service/;
  await expect(clients.all.send('Said', 'x')).rejects.toThrow(notConnected);
  await expect(groups.add('a', 'room')).rejects.toThrow(notConnected);
  await expect(clients.client('a').invoke('Name')).rejects.toThrow(notConnected);
  service.status = 101;
  await expect.poll(async () => (await negotiate(app as ChatApp)).status).toBe(200);
  await clients.all.send('Said', 'x');
});

test('an invocation and a join reject if their server connection is lost', async () => {
  const connection = await start();
  connection.open('a');
  await expect.poll(() => hubEvents).toEqual(['+a']);
  const { clients, groups } = (app as ChatApp).hubs['/chat'];
  const invocation = expect(clients.client('elsewhere').invoke('Name')).rejects.toThrow(
    'result cannot arrive',
  );
  connection.acknowledges = false;
  const join = expect(groups.add('a', 'room')).rejects.toThrow(
    'before Azure SignalR Service answered',
  );
  await expect.poll(() => connection.of(Type.ClientInvocation).length).toBe(1);
  await expect.poll(() => connection.of(Type.JoinGroupWithAck).length).toBe(1);
  connection.drop();
  await invocation;
  await join;
});

test.each([
  ['garbage', Buffer.from('0590ffffffff', 'hex')],
  ['a frame that ends too early', Buffer.from('03940601', 'hex')],
  ['a length that does not end', Buffer.from('ffffffffff', 'hex')],
  ['a frame over the limit', Buffer.from('ffffffff0f', 'hex')],
  ['a string instead of an array', Buffer.concat([Buffer.from([2]), Buffer.from('a161', 'hex')])],
])(
  '%s closes its server connection and its clients, and another connection opens',
  async (_what, bytes) => {
    const connection = await start();
    connection.open('a');
    await expect.poll(() => hubEvents).toEqual(['+a']);
    connection.sendBytes(bytes);
    await expect.poll(() => hubEvents).toEqual(['+a', '-a']);
    await expect.poll(() => service.connections.length).toBe(2);
    await expect.poll(() => log.join('\n')).toContain('sent data that cannot be read');
  },
);

test('unknown types, extension keys, trailing items, clients, acks, invocations and pings are ignored', async () => {
  const connection = await start();
  connection.open('a');
  await expect.poll(() => hubEvents).toEqual(['+a']);
  const hex = (text: string): void => connection.sendBytes(Buffer.from(text, 'hex'));
  hex('0392cc63a178'.replace(/^03/, '05')); // type 99
  hex('0993' + '26' + 'a161' + '81' + '63' + '92' + 'c0c0'); // 38 with an extension of an unknown key
  hex('0692' + '03' + 'a3' + '783d79'); // a ping of one string
  const extra = writeServiceMessage({
    type: Type.CloseConnection,
    connectionId: 'b',
    errorMessage: '',
    headers: new Map(),
  });
  extra[1] = 0x97; // two items more
  extra[0] = (extra[0] as number) + 2;
  connection.sendBytes(Buffer.concat([extra, Buffer.from('c0a0', 'hex')]));
  const nobody = { invocationId: 'x', connectionId: 'nobody', callerServerId: 'y' };
  connection.send(
    { type: Type.ConnectionData, connectionId: 'nobody', payload: 'x' },
    { type: Type.Ack, ackId: 77, status: 1, message: '' },
    { type: Type.ErrorCompletion, ...nobody, error: 'x' },
    { type: Type.ClientCompletion, ...nobody, protocol: 'json', payload: 'not json' },
    { type: Type.ServiceMapping, invocationId: 'x', connectionId: 'a', instanceId: 'i' },
    { type: Type.ServiceEvent, objectType: 9, id: 'x', kind: 9, message: 'news' },
    { type: Type.ConnectionFlowControl, id: 'nobody', objectType: 1, operation: 1 },
    { type: Type.Ping, messages: ['future', 'value', 'd-m', '1', 'servers', '1:a;b'] },
    { type: Type.BroadcastData, excludedList: [], payloads: new Map() },
  );
  say(connection, 'a', call('1', 'Echo', 'still here'));
  await expect.poll(() => connection.textFor('a')).toContain('"result":"still here"');
  expect(service.connections).toHaveLength(1);
});

test('a client that skips negotiation is refused with 404', async () => {
  await start();
  const webSocket = new WebSocket(`${(app as ChatApp).url.replace('http', 'ws')}/chat`);
  const refused = new Promise<unknown>((resolve) =>
    webSocket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode)),
  );
  webSocket.on('open', () => expect.unreachable());
  webSocket.on('error', () => undefined);
  expect(await refused).toBe(404);
  webSocket.terminate();
  const events = await fetch(`${(app as ChatApp).url}/chat?id=x`, {
    headers: { accept: 'text/event-stream' },
  });
  expect([events.status, hubEvents]).toEqual([404, []]);
});

test('an error of the logger does not stop the reconnect', async () => {
  const fail = (): void => {
    throw new Error('The log cannot be written.');
  };
  const connection = await start({ logger: { debug: fail, info: fail, warn: fail, error: fail } });
  connection.drop();
  await expect.poll(() => service.connections.length).toBe(2);
  await expect.poll(() => app?.signalr.health().status).toBe('Healthy');
});

test('if the service reports that a client does not exist, its connection ends', async () => {
  const connection = await start();
  connection.open('a');
  await expect.poll(() => hubEvents).toEqual(['+a']);
  connection.send({ type: Type.ServiceEvent, objectType: 1, id: 'a', kind: 2, message: '' });
  await expect.poll(() => hubEvents).toEqual(['+a', '-a']);
});

test('a client for a path without a hub is closed, and a malformed handshake is refused', async () => {
  const connection = await start();
  connection.open('a', { queryString: '?asrs.op=%2Fnowhere' });
  await expect
    .poll(() => connection.of(Type.CloseConnection))
    .toMatchObject([{ connectionId: 'a' }]);
  connection.send({
    type: Type.OpenConnection,
    connectionId: 'b',
    claims: [],
    headers: new Map(),
    queryString: '?asrs.op=%2Fchat',
  });
  say(connection, 'b', 'nonsense\u001e');
  await expect.poll(() => connection.textFor('b')).toContain('"error"');
  await expect
    .poll(() => connection.of(Type.CloseConnection).at(-1))
    .toMatchObject({ connectionId: 'b' });
  expect(hubEvents).toEqual([]);
});

test('the log explains a wrong key, a wrong clock, and a service without server connections', async () => {
  app = await startChat({ connectionString: service.connectionString, logger });
  const refused = async (status: number, date: Date, text: RegExp): Promise<void> => {
    service.status = status;
    service.date = date;
    for (const connection of open()) connection.drop();
    await expect.poll(() => log.join('\n')).toMatch(text);
  };
  await refused(401, new Date(), /\(401\)\. Check the AccessKey/);
  await refused(401, new Date(Date.now() - 3_600_000), /clock .* by 60 minutes/);
  await refused(404, new Date(), /has no server endpoint \(404\)/);
  await refused(503, new Date(), /status 503/);
});

test('the log contains neither keys nor tokens', async () => {
  const connection = await start();
  connection.open('a');
  const { accessToken } = await negotiate(app as ChatApp);
  const serverToken = String(connection.request.headers.authorization).slice('Bearer '.length);
  connection.send({ type: Type.ServiceError, errorMessage: 'quota' });
  connection.sendBytes(Buffer.from('ffffffffff', 'hex'));
  service.status = 401;
  await expect.poll(() => log.join('\n')).toContain('(401)');
  for (const secret of [accessToken, serverToken, 'a-key-for-tests'])
    expect(log.join('\n')).not.toContain(secret);
  expect(
    inspect(azureSignalR({ connectionString: service.connectionString }), { depth: 9 }),
  ).not.toContain('a-key-for');
});

test.each([
  [{}, 'no connection string'],
  [{ connectionString: 'Endpoint=http://a;AccessKey=secret;Version=9' }, 'Version'],
  [{ endpoints: [] }, 'no connection string'],
  [
    { endpoints: [{ connectionString: 'Endpoint=http://a;AccessKey=secret', type: 'secondary' }] },
    'All endpoints are secondary',
  ],
  [
    { endpoints: [{ connectionString: 'Endpoint=http://a;AccessKey=secret', type: 'third' }] },
    "'primary' or 'secondary'",
  ],
  [{ endpoints: [{ endpoint: 'a', credential: { getToken: () => null } }] }, 'http or https URL'],
  [{ endpoints: [{ endpoint: 'https://a', credential: {} }] }, '{ endpoint, credential }'],
  [{ endpoints: [{ endpoint: 'https://a' }] }, '{ endpoint, credential }'],
  [{ endpoints: [{ connectionString: undefined }] }, 'Is the environment variable set?'],
  [{ endpoints: [null] }, 'An endpoint must be'],
  [{ connectionString: 5 }, 'An endpoint must be'],
  [{ connectionString: 'x', gracefulShutdown: 'MigrateClients' }, 'must be { mode, timeout }'],
  [
    { connectionString: 'x', gracefulShutdown: { Mode: 'MigrateClients' } },
    'must be { mode, timeout }',
  ],
  [{ connectionString: 'x', retrydelay: 1 }, "Unknown option 'retrydelay'"],
  [{ connectionString: 'x', initialHubServerConnectionCount: 0 }, 'whole number from 1 to 1000'],
  [
    { connectionString: 'x', initialHubServerConnectionCount: Number.POSITIVE_INFINITY },
    'from 1 to 1000',
  ],
  [{ connectionString: 'x', maxHubServerConnectionCount: 2.5 }, 'from 1 to 1000'],
  [{ connectionString: 'x', serviceTimeout: 2 ** 31 }, 'time in ms'],
  [
    { connectionString: 'x', gracefulShutdown: { mode: 'Off', timeout: Number.NaN } },
    "'gracefulShutdown.timeout' must",
  ],
  [
    {
      environment: {
        Azure__SignalR__ConnectionString__a__third: 'Endpoint=http://a;AccessKey=secret',
      },
    },
    "'primary' or",
  ],
  [
    {
      environment: {
        Azure__SignalR__ConnectionString: 'Endpoint=http://a;AccessKey=secret',
        Azure__SignalR__InitialHubServerConnectionCount: 'many',
      },
    },
    "'initialHubServerConnectionCount' must",
  ],
  [{ connectionString: 'x', serverStickyMode: 'Often' }, 'Disabled, Preferred, Required'],
  [{ connectionString: 'x', gracefulShutdown: { mode: 'Slow' } }, 'WaitForClientsClose'],
])('the options %j are refused', (options, text) => {
  const construct = (): unknown =>
    azureSignalR({ environment: {}, ...options } as AzureSignalROptions);
  expect(construct).toThrow(text);
  expect(construct).not.toThrow('secret');
});
