import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { resolveAzureOptions } from '../azure-options.ts';
import { ServiceMessageType as Type } from '../service-protocol/index.ts';
import { type ChatApp, hubEvents, negotiate, silent, startChat } from '../testing/chat-app.ts';
import {
  type FakeServerConnection,
  type FakeService,
  startFakeService,
} from '../testing/fake-service.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as {
  version: string;
};
let service: FakeService;
let app: ChatApp | undefined;
beforeEach(async () => {
  service = await startFakeService();
});
afterEach(async () => {
  vi.useRealTimers();
  await app?.close();
  app = undefined;
  await service.close();
});

async function start(azure: Parameters<typeof startChat>[0] = {}): Promise<FakeServerConnection> {
  app = await startChat({ connectionString: service.connectionString, ...azure });
  await expect.poll(() => service.connections[0]?.of(Type.HandshakeRequest).length).toBe(1);
  await expect.poll(() => app?.signalr.health().status).toBe('Healthy');
  return service.connections[0] as FakeServerConnection;
}
const flow = (connection: FakeServerConnection, operation: number): void =>
  connection.send({ type: Type.ConnectionFlowControl, id: 'a', objectType: 1, operation });
const open = (): FakeServerConnection[] => service.connections.filter(({ isOpen }) => isOpen);

test('a hub opens five connections, each with its own id, the id of the server and a token', async () => {
  await start({ initialHubServerConnectionCount: 5, applicationName: 'Shop' });
  await expect.poll(() => service.connections.length).toBe(5);
  expect(service.connections.map((connection) => connection.query('hub'))).toEqual(
    Array(5).fill('shop_chathub'),
  );
  expect(new Set(service.connections.map((connection) => connection.query('cid'))).size).toBe(5);
  const headers = service.connections.map(({ request }) => request.headers);
  expect(new Set(headers.map((header) => header['x-asrs-server-id'])).size).toBe(1);
  expect(headers[0]).toMatchObject({
    authorization: expect.stringMatching(/^Bearer ey/) as unknown,
    'asrs-user-agent': expect.stringContaining(
      `@practical-signalr/azure/${version} (Node.js v`,
    ) as unknown,
    'x-asrs-server-id': expect.stringMatching(/^.+_[0-9a-f]{32}$/) as unknown,
    'x-requested-with': 'XMLHttpRequest',
  });
});

test('the service can request further connections up to the maximum', async () => {
  const first = await start({ maxHubServerConnectionCount: 2 });
  first.send({ type: Type.Ping, messages: ['target', 'instance 2'] });
  await expect.poll(() => service.connections.length).toBe(2);
  const second = service.connections[1] as FakeServerConnection;
  expect(second.query('target')).toBe('instance 2');
  await expect
    .poll(() => second.of(Type.HandshakeRequest))
    .toMatchObject([{ connectionType: 1, target: '' }]);
  first.send({ type: Type.Ping, messages: ['target', 'instance 3', 'echo', 'heard'] });
  await expect.poll(() => first.of(Type.Ping).at(-1)?.messages).toEqual(['echo', 'heard']);
  second.drop();
  await expect.poll(() => open().length).toBe(1); // nobody opens it again
  expect(service.connections).toHaveLength(2);
});

test('only clients of an offline instance are closed, and may reconnect', async () => {
  const connection = await start();
  connection.open('a', { headers: new Map([['Asrs-Instance-Id', ['one']]]) });
  connection.open('b', { headers: new Map([['Asrs-Instance-Id', ['two']]]) });
  await expect.poll(() => hubEvents).toEqual(['+a', '+b']);
  connection.send({ type: Type.Ping, messages: ['offline', 'one'] });
  await expect.poll(() => hubEvents).toEqual(['+a', '+b', '-a']);
  await expect
    .poll(() => connection.of(Type.CloseConnection))
    .toMatchObject([{ connectionId: 'a', errorMessage: '' }]);
  expect(connection.textFor('a')).toContain('{"type":7,"allowReconnect":true}');
});

test('keep-alives contain the number of clients of the hub and of the connection', async () => {
  const connection = await start({ initialHubServerConnectionCount: 2 });
  await expect.poll(() => open().length).toBe(2);
  const other = open().find((one) => one !== connection);
  await expect.poll(() => other?.of(Type.HandshakeRequest).length).toBe(1);
  connection.open('a');
  connection.open('b');
  other?.open('c');
  await expect.poll(() => hubEvents.length).toBe(3);
  const now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now + 5001);
  connection.send({ type: Type.Ping, messages: [] });
  await expect
    .poll(() => connection.of(Type.Ping).at(-1)?.messages)
    .toEqual(['#clientInHub', '3', '#client', '2']);
  clock.mockRestore();
});

test('a connection that the service will close is replaced in advance, and its clients stay on it', async () => {
  const first = await start();
  first.open('a');
  await expect.poll(() => hubEvents).toEqual(['+a']);
  first.send({
    type: Type.ConnectionFlowControl,
    id: first.query('cid'),
    objectType: 2,
    operation: 4,
  });
  await expect.poll(() => service.connections[1]?.of(Type.HandshakeRequest).length).toBe(1);
  expect(open()).toHaveLength(2);
  const call = '{"type":1,"invocationId":"1","target":"Say","arguments":["x"]}\u001e';
  first.send({ type: Type.ConnectionData, connectionId: 'a', payload: call });
  await expect.poll(() => first.textFor('a')).toContain('"invocationId":"1"');
  expect(first.of(Type.BroadcastData)).toHaveLength(1); // the call chain keeps to its connection
  first.drop();
  await expect.poll(() => hubEvents).toEqual(['+a', '-a']);
  expect(service.connections).toHaveLength(2);
});

test('messages for a paused client are sent in order when the service resumes it', async () => {
  const connection = await start();
  connection.open('a');
  await expect.poll(() => connection.textFor('a')).toBe('{}\u001e');
  flow(connection, 1);
  flow(connection, 1);
  await expect
    .poll(() => connection.of(Type.ConnectionFlowControl))
    .toEqual([{ type: 39, id: 'a', objectType: 1, operation: 2, ext: {} }]);
  const calls = [1, 2, 3].map(
    (id) => `{"type":1,"invocationId":"${id}","target":"Echo","arguments":[${id}]}\u001e`,
  );
  connection.send({ type: Type.ConnectionData, connectionId: 'a', payload: calls.join('') });
  connection.send({ type: Type.Ping, messages: ['echo', 'after the calls'] });
  await expect.poll(() => connection.of(Type.Ping).length).toBe(1);
  expect(connection.textFor('a')).toBe('{}\u001e');
  flow(connection, 3);
  await expect.poll(() => connection.textFor('a')).toMatch(/"1".*"result":1.*"2".*"3","result":3/s);
  expect(connection.of(Type.ConnectionFlowControl)).toHaveLength(1);
});

test('a client that stays paused is closed at 16 MB', async () => {
  const warnings: string[] = [];
  const warn = (...line: unknown[]): void => void warnings.push(line.join(' '));
  const connection = await start({ logger: { ...silent, warn } });
  connection.open('a');
  await expect.poll(() => connection.textFor('a')).toBe('{}\u001e');
  flow(connection, 1);
  const call = `{"type":1,"invocationId":"1","target":"Echo","arguments":["${'x'.repeat(30_000)}"]}\u001e`;
  for (let i = 0; i < 700; i++)
    connection.send({ type: Type.ConnectionData, connectionId: 'a', payload: call });
  await expect
    .poll(() => connection.of(Type.CloseConnection))
    .toMatchObject([{ connectionId: 'a' }]);
  expect(warnings).toEqual([
    expect.stringContaining('Connection a does not read what is sent to it'),
  ]);
  expect(connection.textFor('a')).toBe('{}\u001e');
  await expect.poll(() => hubEvents).toEqual(['+a', '-a']);
});

test('calls of a paused client wait, and all of them run after it resumes', async () => {
  const connection = await start();
  connection.open('a');
  await expect.poll(() => connection.textFor('a')).toBe('{}\u001e');
  flow(connection, 1);
  await expect.poll(() => connection.of(Type.ConnectionFlowControl)).toHaveLength(1);
  const text = 'x'.repeat(10_000);
  for (let i = 1; i <= 400; i++) {
    const payload = `{"type":1,"invocationId":"${i}","target":"Echo","arguments":["${text}"]}\u001e`;
    connection.send({ type: Type.ConnectionData, connectionId: 'a', payload });
  }
  flow(connection, 3);
  await expect.poll(() => connection.textFor('a')).toContain('"invocationId":"400"');
  expect(connection.textFor('a').split('"result":')).toHaveLength(401);
  expect(connection.of(Type.CloseConnection)).toEqual([]);
});

test('messages to many clients in one turn are one write', async () => {
  const connection = await start();
  connection.open('a');
  await expect.poll(() => connection.textFor('a')).toBe('{}\u001e');
  const before = connection.writes;
  const { clients: all } = (app as ChatApp).hubs['/chat'];
  await Promise.all(Array.from({ length: 100 }, (_, i) => all.all.send('Said', i)));
  await expect.poll(() => connection.of(Type.BroadcastData).length).toBe(100);
  expect(connection.writes - before).toBe(1);
  const clients = Array.from({ length: 100 }, (_, i) => `c${i}`);
  for (const id of clients) connection.open(id);
  await expect.poll(() => connection.textFor('c99')).toBe('{}\u001e');
  const opened = connection.writes;
  const echo = '{"type":1,"invocationId":"1","target":"Echo","arguments":["x"]}\u001e';
  connection.send(
    ...clients.map((connectionId) => ({ type: Type.ConnectionData, connectionId, payload: echo })),
  );
  await expect
    .poll(() => clients.every((id) => connection.textFor(id).includes('"result":"x"')))
    .toBe(true);
  expect(connection.writes - opened).toBeLessThanOrEqual(4);
});

test('a large write is split into messages of 1 MiB', async () => {
  const connection = await start();
  const before = connection.writes;
  const { all } = (app as ChatApp).hubs['/chat'].clients;
  await Promise.all(Array.from({ length: 30 }, () => all.send('Said', 'x'.repeat(100_000))));
  await expect.poll(() => connection.of(Type.BroadcastData).length).toBe(30);
  expect(connection.writes - before).toBe(Math.ceil((30 * 2 * 100_000) / 2 ** 20)); // in two encodings
});

test('senders wait if the service does not read, and the connection is closed at 64 MB', async () => {
  const warnings: string[] = [];
  const warn = (...line: unknown[]): void => void warnings.push(line.join(' '));
  const connection = await start({ logger: { ...silent, warn } });
  connection.stopReading(true);
  const { all } = (app as ChatApp).hubs['/chat'].clients;
  const text = 'x'.repeat(1_000_000);
  let settled = 0;
  const send = (): Promise<void> => all.send('Said', text).then(() => void settled++);
  const sends = Array.from({ length: 20 }, send);
  await new Promise((resolve) => setImmediate(resolve));
  expect(settled).toBeLessThan(20);
  connection.stopReading(false);
  await Promise.all(sends);
  await expect.poll(() => connection.of(Type.BroadcastData).length).toBe(20);
  connection.stopReading(true);
  const flood = Array.from({ length: 60 }, send);
  await Promise.allSettled(flood); // none waits for a connection that is gone
  expect(warnings.join(' ')).toContain('does not read what is sent to it');
  await expect.poll(() => app?.signalr.health().status).toBe('Healthy');
});

test('the first reconnect is immediate, then all connections of a hub share growing delays', async () => {
  const failures: number[] = [];
  const retryDelay = (count: number): number => {
    failures.push(count);
    return 1;
  };
  await start({ initialHubServerConnectionCount: 3, retryDelay });
  await expect.poll(() => open().length).toBe(3);
  service.status = 503;
  for (const connection of service.connections) connection.drop();
  await expect.poll(() => failures.length).toBeGreaterThanOrEqual(4);
  expect(failures.slice(0, 4)).toEqual([1, 2, 3, 4]);
  service.status = 101;
  await expect.poll(() => open().length).toBe(3);
});

test('if the option retryDelay throws, the error is logged, and the default delay is used', async () => {
  const lines: string[] = [];
  const log = (...line: unknown[]): void => void lines.push(line.join(' '));
  const retryDelay = (): number => {
    throw new Error('No delay.');
  };
  await start({ retryDelay, logger: { ...silent, error: log, warn: log } });
  service.status = 503;
  for (const connection of service.connections) connection.drop();
  await expect.poll(() => lines.join('\n')).toMatch(/tries again in [12] s/);
  expect(lines.join('\n')).toMatch(/'retryDelay' threw an error.* No delay/);
});

test('the default delays are 1, 2, 4 … 32 s, then 60 s, plus up to 1 s', () => {
  const { retryDelay } = resolveAzureOptions({});
  const base = Array.from({ length: 8 }, (_, i) => Math.floor(retryDelay(i + 1) / 1000));
  expect(base).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
});

test('a service that closes accepted connections immediately is not contacted continuously', async () => {
  let waits = 0;
  const azure = { retryDelay: () => (waits++ === 0 ? 1 : 60_000) };
  await start(azure);
  const dropped = new Set<FakeServerConnection>();
  await expect
    .poll(() => {
      for (const connection of open()) if (connection.received.length > 0) dropped.add(connection);
      for (const connection of dropped) connection.drop();
      return waits;
    })
    .toBe(2);
  expect(service.connections.length).toBeLessThan(8);
  expect((await negotiate(app as ChatApp)).status).toBe(500);
});

test('close() also closes connections that are still being opened', async () => {
  const sockets = new Set<Socket>();
  const mute = createServer((socket) => {
    sockets.add(socket.resume().on('error', () => undefined));
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const { port } = mute.address() as AddressInfo;
  app = await startChat({
    connectionString: `Endpoint=http://127.0.0.1:${port};AccessKey=k`,
    initialHubServerConnectionCount: 2,
  });
  await expect.poll(() => sockets.size).toBe(2);
  await app.close();
  app = undefined;
  await expect.poll(() => sockets.size).toBe(0);
  mute.close();
});

const goodbye = ['shutdown', 'fin:2'];
const goodbyes = (connection: FakeServerConnection | undefined): unknown =>
  connection?.of(Type.Ping).filter(({ messages }) => messages[0] === 'shutdown');

test('during a graceful shutdown, a lost connection is neither reopened nor waited for', async () => {
  const warnings: string[] = [];
  const warn = (...line: unknown[]): void => void warnings.push(line.join(' '));
  const gracefulShutdown = { mode: 'WaitForClientsClose', timeout: 60_000 } as const;
  const logger = { ...silent, warn };
  const first = await start({ initialHubServerConnectionCount: 2, gracefulShutdown, logger });
  await expect.poll(() => open().length).toBe(2);
  const other = open().find((one) => one !== first);
  first.open('a');
  await expect.poll(() => hubEvents).toEqual(['+a']);
  const closed = app?.close();
  app = undefined;
  await expect.poll(() => goodbyes(other)).toMatchObject([{ messages: goodbye }]);
  other?.drop();
  await expect.poll(() => warnings.join(' ')).toContain('not reopened because the app stops');
  first.send({ type: Type.Ping, messages: ['target', 'instance 2', 'shutdown', 'finack'] });
  first.send({
    type: Type.CloseConnection,
    connectionId: 'a',
    errorMessage: '',
    headers: new Map(),
  });
  await closed;
  expect(service.connections).toHaveLength(2);
});

test('a server connection that opens during a graceful shutdown announces the shutdown too', async () => {
  let giveToken = (): void => undefined;
  const held = new Promise<void>((resolve) => (giveToken = resolve));
  let requestCount = 0;
  const credential = {
    getToken: async () => {
      requestCount += 1;
      if (requestCount > 1) await held;
      return { token: 'a token', expiresOnTimestamp: Date.now() + 60_000 };
    },
  };
  app = await startChat({
    endpoints: [{ endpoint: service.url, credential }],
    initialHubServerConnectionCount: 2,
    gracefulShutdown: { mode: 'WaitForClientsClose', timeout: 60_000 },
  });
  await expect.poll(() => app?.signalr.health().status).toBe('Healthy');
  const [first] = service.connections;
  first?.open('a');
  await expect.poll(() => hubEvents).toEqual(['+a']);
  const closed = app.close();
  app = undefined;
  await expect.poll(() => goodbyes(first)).toMatchObject([{ messages: goodbye }]);
  giveToken();
  await expect.poll(() => goodbyes(service.connections[1])).toMatchObject([{ messages: goodbye }]);
  first?.send({ type: Type.Ping, messages: ['shutdown', 'finack'] });
  first?.send({
    type: Type.CloseConnection,
    connectionId: 'a',
    errorMessage: '',
    headers: new Map(),
  });
  await closed;
});

test('the health report says how many endpoints are online', async () => {
  await start();
  await expect
    .poll(() => app?.signalr.health())
    .toEqual({
      status: 'Healthy',
      entries: {
        ChatHub: {
          status: 'Healthy',
          data: {
            scaleOut: 'azure',
            connections: 0,
            endpoints: 1,
            online: 1,
            serverConnections: 1,
            clients: 0,
          },
        },
      },
    });
  service.status = 503;
  service.connections[0]?.drop();
  await expect.poll(() => app?.signalr.health().status).toBe('Unhealthy');
  expect(app?.signalr.health().entries['ChatHub']?.description).toContain('1 endpoints');
});
