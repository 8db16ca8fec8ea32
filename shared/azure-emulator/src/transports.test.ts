import {
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  LogLevel,
} from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { azureSignalR } from '@practical-signalr/azure';
import { Hub } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from './index.ts';

class ChatHub extends Hub {
  echo(value: unknown): unknown {
    return value;
  }
  async say(value: unknown): Promise<void> {
    await this.clients.all.send('Said', value);
  }
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) yield i;
  }
}

let emulator: Emulator;
let app: TestServer;
const connections: HubConnection[] = [];
beforeEach(async () => {
  emulator = await startEmulator({ port: 0 });
  const { connectionString } = emulator;
  const scaleOut = azureSignalR({
    connectionString,
    initialHubServerConnectionCount: 2,
    environment: {},
  });
  app = await testServer(
    (signalr) => signalr.mapHub('/chat', ChatHub, { methods: ['echo', 'say', 'count'] }),
    { scaleOut },
  );
  await expect.poll(() => emulator.hubs.get('chathub')?.servers.size).toBe(2);
});
afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.stop()));
  await app.close();
  await emulator.close();
});

async function connect(transport: HttpTransportType, isBinary: boolean): Promise<HubConnection> {
  const builder = new HubConnectionBuilder()
    .withUrl(`${app.url}/chat`, { transport })
    .configureLogging(LogLevel.None);
  const connection = (
    isBinary ? builder.withHubProtocol(new MessagePackHubProtocol()) : builder
  ).build();
  await connection.start();
  connections.push(connection);
  return connection;
}

const { WebSockets, ServerSentEvents, LongPolling } = HttpTransportType;

test.each([
  ['WebSockets, JSON', WebSockets, false],
  ['WebSockets, MessagePack', WebSockets, true],
  ['Server-Sent Events, JSON', ServerSentEvents, false],
  ['long polling, JSON', LongPolling, false],
  ['long polling, MessagePack', LongPolling, true],
])(
  'the official client over %s calls, is called, streams and disconnects',
  async (_name, transport, isBinary) => {
    const connection = await connect(transport, isBinary);
    const other = await connect(WebSockets, false);
    const received = [connection, other].map(
      (one) => new Promise((resolve) => one.on('Said', resolve)),
    );
    expect(await connection.invoke('Echo', 'hé 👋')).toBe('hé 👋');
    const large = 'x'.repeat(30_000);
    expect(await connection.invoke('Echo', large)).toBe(large);
    await connection.invoke('Say', { text: 'to all' });
    expect(await Promise.all(received)).toEqual([{ text: 'to all' }, { text: 'to all' }]);
    const items: unknown[] = [];
    await new Promise<void>((complete, error) =>
      connection
        .stream('Count', 3)
        .subscribe({ next: (item) => items.push(item), complete, error }),
    );
    expect(items).toEqual([0, 1, 2]);
    await Promise.all([connection.stop(), other.stop()]);
    await expect.poll(() => emulator.hubs.get('chathub')?.clients.size).toBe(0);
  },
);

test.each([ServerSentEvents, LongPolling])(
  'a client over transport %s is notified when the service closes it',
  async (transport) => {
    const connection = await connect(transport, false);
    const closed = new Promise((resolve) => connection.onclose(resolve));
    expect(emulator.closeClients()).toBe(1);
    await closed;
  },
);

async function negotiated(): Promise<{ url: string; headers: Record<string, string> }> {
  const answer = await fetch(`${app.url}/chat/negotiate?negotiateVersion=1`, { method: 'POST' });
  const { url, accessToken } = (await answer.json()) as { url: string; accessToken: string };
  return { url, headers: { authorization: `Bearer ${accessToken}` } };
}

test('a page of another port of this machine gets CORS headers, also for its preflight', async () => {
  const { url, headers } = await negotiated();
  const at = url.replace('/client/', '/client/negotiate');
  const origin = 'http://localhost:5173';
  const preflight = await fetch(at, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,x',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,x');
  const answer = await fetch(at, { method: 'POST', headers: { ...headers, origin } });
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
  const { availableTransports } = (await answer.json()) as {
    availableTransports: { transport: string }[];
  };
  expect(availableTransports.map(({ transport }) => transport)).toEqual([
    'WebSockets',
    'ServerSentEvents',
    'LongPolling',
  ]);
});

type AskInit = { method?: string; body?: string; headers?: Record<string, string> };

test('requests that do not fit a connection get the status and message of SignalR', async () => {
  const { url, headers } = await negotiated();
  const negotiate = await fetch(url.replace('/client/', '/client/negotiate'), {
    method: 'POST',
    headers,
  });
  const { connectionToken } = (await negotiate.json()) as { connectionToken: string };
  const at = `${url}&id=${connectionToken}`;
  const ask = async (to: string, init: AskInit = {}): Promise<unknown[]> => {
    const response = await fetch(to, { ...init, headers: { ...headers, ...init.headers } });
    return [response.status, await response.text()];
  };
  expect(await ask(url)).toEqual([400, 'Connection ID required']);
  expect(await ask(`${url}&id=nobody`)).toEqual([404, 'No Connection with that ID']);
  expect(await ask(url, { method: 'PUT' })).toEqual([405, '']);
  expect(await ask(at, { method: 'DELETE' })).toEqual([
    400,
    'Cannot terminate this connection using the DELETE endpoint.',
  ]);
  expect(await ask(at)).toEqual([200, '']); // The first poll opens the connection.
  expect(await ask(at, { headers: { accept: 'text/event-stream' } })).toEqual([
    400,
    expect.stringContaining('transport'),
  ]);
  const body = 'x'.repeat(1024 * 1024 + 1);
  expect(await ask(at, { method: 'POST', body })).toEqual([
    413,
    expect.stringContaining('1,048,576'),
  ]);
  expect(await ask(at, { method: 'POST', headers: { authorization: 'Bearer x' } })).toEqual([
    401,
    expect.any(String),
  ]);
  expect(await ask(at, { method: 'DELETE' })).toEqual([202, '']);
  expect(await ask(at)).toEqual([404, 'No Connection with that ID']);
});

test('the emulator keeps idle HTTP connections as long as ASP.NET Core', async () => {
  const { headers } = await fetch(`${emulator.url}/api/health`);
  expect(headers.get('keep-alive')).toBe('timeout=130');
});
