import {
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  LogLevel,
} from '@microsoft/signalr';
import { azureSignalR } from '@practical-signalr/azure';
import { Hub } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { afterEach, expect, test } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from './index.ts';

class ChatHub extends Hub {
  echo(value: unknown): unknown {
    return value;
  }
}

let emulator: Emulator;
let app: TestServer;
const lines: string[] = [];
const connections: HubConnection[] = [];
afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.stop()));
  await app.close();
  await emulator.close();
  lines.length = 0;
});

async function start(options: EmulatorOptions, serverConnections = 5): Promise<void> {
  emulator = await startEmulator({ port: 0, log: (line) => lines.push(line), ...options });
  const { connectionString } = emulator;
  const scaleOut = azureSignalR({
    connectionString,
    initialHubServerConnectionCount: serverConnections,
    environment: {},
    retryDelay: () => 20,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  app = await testServer((signalr) => signalr.mapHub('/chat', ChatHub, { methods: ['echo'] }), {
    scaleOut,
  });
  if (options.dropInterval !== undefined) return; // there are never all of them for long
  await expect.poll(() => emulator.hubs.get('chathub')?.servers.size).toBe(serverConnections);
}

async function connect(transport = HttpTransportType.None): Promise<HubConnection> {
  const options = transport === HttpTransportType.None ? {} : { transport };
  const connection = new HubConnectionBuilder()
    .withUrl(`${app.url}/chat`, options)
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  connections.push(connection);
  return connection;
}

test('with a quota of 20 and the five connections of one server, the 16th client gets 429', async () => {
  await start({ quota: 20 });
  for (let i = 0; i < 15; i++)
    await connect(i % 3 === 0 ? HttpTransportType.LongPolling : HttpTransportType.None);
  await expect(connect()).rejects.toThrow("Status code '429'");
  expect(lines.join('\n')).toContain('all 20 connections');
  await connections.shift()?.stop();
  await connect(); // There is room again.
});

test('a unit is 1,000 connections', async () => {
  await start({ units: 2 }, 1);
  await expect(startEmulator({ units: 0 })).rejects.toThrow(
    "'units' must be a number greater than 0",
  );
  expect(emulator.hubs.get('chathub')?.servers.size).toBe(1);
});

test('latency delays messages in each direction, keeps their order and can change at any time', async () => {
  await start({ latency: 60 }, 1);
  const connection = await connect();
  const from = performance.now();
  expect(await connection.invoke('Echo', 1)).toBe(1);
  expect(performance.now() - from).toBeGreaterThan(110);
  const answers = [connection.invoke('Echo', 'a')];
  emulator.latency = 0;
  answers.push(connection.invoke('Echo', 'b'));
  expect(await Promise.all(answers)).toEqual(['a', 'b']);
  expect(() => (emulator.latency = -1)).toThrow("'latency' must be a time in ms");
});

test('dropInterval drops server connections one by one, and they are reopened', async () => {
  await start({ dropInterval: 30 }, 2);
  await expect
    .poll(() => lines.filter((line) => line.includes('on purpose')).length)
    .toBeGreaterThan(2);
});

test('one or all server connections, and all clients, can be dropped', async () => {
  await start({}, 3);
  const hub = emulator.hubs.get('chathub');
  const clients = await Promise.all([connect(), connect(), connect()]);
  const closed = clients.map(
    (client) => new Promise<void>((resolve) => client.onclose(() => resolve())),
  );
  expect(hub?.clients.size).toBe(3);
  expect(emulator.dropServerConnection('ChatHub')).toBe(true);
  await Promise.race(closed);
  await expect.poll(() => emulator.hubs.get('chathub')?.servers.size).toBe(3);
  expect(emulator.dropServerConnections()).toBe(3);
  await Promise.all(closed);
  await expect.poll(() => emulator.hubs.get('chathub')?.servers.size).toBe(3);
  const client = await connect();
  const end = new Promise((resolve) => client.onclose(resolve));
  expect(emulator.closeClients({ hub: 'chathub' })).toBe(1);
  await end;
  expect(emulator.dropServerConnection('another')).toBe(false);
});

test('unknown options and origins that are not origins are refused', async () => {
  await expect(startEmulator({ port: 0, quotta: 1 } as object)).rejects.toMatchObject({
    code: 'ERR_SIGNALR_EMULATOR_UNKNOWN_OPTION',
  });
  for (const allowedOrigins of ['http://a.example', ['a.example']])
    await expect(startEmulator({ port: 0, allowedOrigins } as object)).rejects.toMatchObject({
      code: 'ERR_SIGNALR_EMULATOR_INVALID_OPTION',
    });
});
