import {
  type HubConnection,
  HubConnectionBuilder,
  DefaultHttpClient,
  type HttpRequest,
  type HttpResponse,
  HttpTransportType,
  NullLogger,
  type IHubProtocol,
  JsonHubProtocol,
  LogLevel,
} from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import type { AzureSignalROptions } from '@practical-signalr/azure';
import { Hub } from '@practical-signalr/server';
import type { TestServer } from '@practical-signalr/server/testing';
import { expect, test } from 'vitest';
import { emulatedApps } from './testing/emulated-apps.ts';
import { keepCalling } from './testing/keep-calling.ts';

class ChatHub extends Hub {
  echo(text: string): string {
    return text;
  }
  ask(connectionId: string): Promise<unknown> {
    return this.clients.client(connectionId).invoke('Name');
  }
}
type App = TestServer<{ readonly '/chat': ChatHub }>;

const on = emulatedApps(
  { '/chat': { hub: ChatHub, methods: ['echo', 'ask'] } },
  { azure: { retryDelay: () => 20 } },
);
const { startApp, connections } = on;

/**
 * Negotiates only while the service has servers: a refused handshake is an unhandled rejection of
 * the official client where the answer overtakes the response to the POST that it has sent its
 * handshake with.
 */
class PatientHttpClient extends DefaultHttpClient {
  constructor() {
    super(NullLogger.instance);
  }
  override async send(request: HttpRequest): Promise<HttpResponse> {
    await expect.poll(() => on.emulator.hubs.get('chathub')?.servers.size).toBeGreaterThan(0);
    return super.send(request);
  }
}

async function connect(
  app: App,
  protocol: IHubProtocol = new JsonHubProtocol(),
  transport = HttpTransportType.WebSockets,
): Promise<HubConnection> {
  const connection = new HubConnectionBuilder()
    .withUrl(`${app.url}/chat`, { transport, httpClient: new PatientHttpClient() })
    .withHubProtocol(protocol)
    .withAutomaticReconnect(Array(50).fill(50))
    .configureLogging(LogLevel.None)
    .build();
  connection.on('Name', () => `I am ${connection.connectionId}`);
  await connection.start();
  connections.push(connection);
  return connection;
}

test.each([
  ['WebSockets', [new JsonHubProtocol(), new MessagePackHubProtocol()]],
  ['ServerSentEvents', [new JsonHubProtocol()]],
  ['LongPolling', [new JsonHubProtocol(), new MessagePackHubProtocol()]],
] as const)(
  '%s: if server connections are lost, every call ends and every client reconnects',
  async (name, protocols) => {
    const app = await startApp();
    const clients = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        connect(app, protocols[i % protocols.length], HttpTransportType[name]),
      ),
    );
    const stops = clients.map(keepCalling);
    const servers = (): Set<{ drop(): void; clients: Set<unknown> }> =>
      on.emulator.hubs.get('chathub')?.servers ?? new Set();
    await expect.poll(() => servers().size).toBe(5);
    [...servers()].find((server) => server.clients.size > 0)?.drop();
    await expect.poll(() => clients.some(({ state }) => state !== 'Connected')).toBe(true);
    await expect.poll(() => clients.every(({ state }) => state === 'Connected')).toBe(true);
    const before = clients.map(({ connectionId }) => connectionId);
    for (const server of servers()) server.drop();
    await expect.poll(() => servers().size).toBe(5);
    const isBack = ({ state, connectionId }: HubConnection): boolean =>
      state === 'Connected' && !before.includes(connectionId);
    await expect.poll(() => clients.every(isBack)).toBe(true);
    for (const client of clients) expect(await client.invoke('Echo', 'back')).toBe('back');
    for (const stop of stops) expect((await stop()).answered).toBeGreaterThan(0);
  },
);

test('with migrationLevel Any, clients survive the loss of their server', async () => {
  const azure: AzureSignalROptions = { migrationLevel: 'Any', initialHubServerConnectionCount: 1 };
  const one = await startApp(azure);
  const client = await connect(one);
  let states = '';
  client.onreconnecting(() => (states += 'reconnecting '));
  await startApp(azure);
  const hub = on.emulator.hubs.get('chathub');
  const [server] = [...(hub?.servers ?? [])].filter(({ clients }) => clients.size > 0);
  server?.drop();
  await expect
    .poll(() => [...(hub?.clients.values() ?? [])].some((each) => each.server !== server))
    .toBe(true);
  expect(await client.invoke('Echo', 'still here')).toBe('still here');
  expect(states).toBe('');
});

test('an invocation crosses servers and protocols, and rejects if the client disconnects', async () => {
  const azure: AzureSignalROptions = { serverStickyMode: 'Required' };
  const [one, two] = [await startApp(azure), await startApp(azure)];
  const [json, pack] = [await connect(one), await connect(two, new MessagePackHubProtocol())];
  expect(await json.invoke('Ask', pack.connectionId)).toBe(`I am ${pack.connectionId}`);
  expect(await pack.invoke('Ask', json.connectionId)).toBe(`I am ${json.connectionId}`);
  const leaves = new Promise<void>((resolve) => {
    pack.off('Name');
    pack.on('Name', () => {
      resolve();
      return new Promise(() => undefined); // never
    });
  });
  const invocation = expect(
    one.hubs['/chat'].clients.client(String(pack.connectionId)).invoke('Name'),
  ).rejects.toThrow('disconnected');
  await leaves;
  await pack.stop();
  await invocation;
});
