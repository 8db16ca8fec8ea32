import {
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  LogLevel,
  Subject,
} from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { azureSignalR } from '@practical-signalr/azure';
import { ChatHub, chatMethods, verifyBackplane } from '@practical-signalr/conformance';
import {
  buildDotnet,
  type BuiltDotnet,
  hasDotnet,
  type Instance,
  startDotnet,
} from '@practical-signalr/lesson-kit/instances';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from './index.ts';
import { keepCalling } from './testing/keep-calling.ts';

if (!hasDotnet() && process.env['CI'] !== undefined)
  throw new Error('There is no .NET SDK: install it, CI needs it.');

/** The number of server connections of an app: five for each of its two hubs. */
const SERVER_CONNECTIONS = 10;
/** How long an app may take for its clients when it stops, in ms. */
const SHUTDOWN = 25_000;

let project: BuiltDotnet;
let emulator: Emulator;
const connections: HubConnection[] = [];
/** The apps that still run if a test fails. */
const apps: { close(): Promise<void> }[] = [];

async function startApp(name: string, shutdown = 'Off'): Promise<Instance> {
  const before = openServerConnections();
  const app = await startDotnet(name, project, {
    Azure__SignalR__ConnectionString: emulator.connectionString,
    Azure__SignalR__GracefulShutdown__Mode: shutdown,
  });
  apps.push(app);
  await serverConnections(before + SERVER_CONNECTIONS);
  return app;
}

/** Starts an app with our SDK, in addition to those with Microsoft's SDK. */
async function startOurs(): Promise<TestServer> {
  const before = openServerConnections();
  const scaleOut = azureSignalR({
    connectionString: emulator.connectionString,
    serverStickyMode: 'Required',
    migrationLevel: 'ShutdownOnly',
    gracefulShutdown: { mode: 'MigrateClients' },
    environment: {},
  });
  const ours = await testServer(
    (signalr) => signalr.mapHub('/messages', ChatHub, { methods: chatMethods }),
    {
      scaleOut,
      userIdProvider: { getUserId: ({ request }) => request.query.get('user') },
    },
  );
  apps.push(ours);
  await serverConnections(before + 5);
  return ours;
}

const openServerConnections = (): number =>
  [...emulator.hubs.values()].reduce((sum, { servers }) => sum + servers.size, 0);
const serverConnections = (count: number): Promise<unknown> =>
  vi.waitFor(() => expect(openServerConnections()).toBe(count), 20_000);

type App = { url: string };
type Options = {
  transport?: HttpTransportType;
  isBinary?: boolean;
  query?: string;
  reconnects?: boolean;
};

async function connect(app: App, path: string, options: Options = {}): Promise<HubConnection> {
  const {
    transport = HttpTransportType.WebSockets,
    isBinary = false,
    query = '',
    reconnects = false,
  } = options;
  const url = `${app.url}/${path}${query}`;
  const builder = new HubConnectionBuilder()
    .withUrl(url, { transport })
    .configureLogging(LogLevel.None);
  if (isBinary) builder.withHubProtocol(new MessagePackHubProtocol());
  if (reconnects) builder.withAutomaticReconnect(Array(100).fill(50));
  const connection = builder.build();
  connections.push(connection);
  await connection.start();
  return connection;
}

/** The next message of this name. */
const next = (connection: HubConnection, name: string): Promise<unknown> =>
  new Promise((resolve) => connection.on(name, resolve));
const negotiate = (app: App, path: string): Promise<Response> =>
  fetch(`${app.url}/${path}/negotiate?negotiateVersion=1`, { method: 'POST' });
const closed = (connection: HubConnection): Promise<void> =>
  new Promise((resolve) => connection.onclose(() => resolve()));

async function end(): Promise<void> {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await emulator?.close();
}

beforeAll(async () => {
  if (hasDotnet())
    project = await buildDotnet(new URL('../dotnet/AzureServer.csproj', import.meta.url));
});
afterEach(() => Promise.all(connections.splice(0).map((connection) => connection.stop())));

describe.skipIf(!hasDotnet())("apps with Microsoft's SDK for .NET", () => {
  let [one, two]: Instance[] = [];
  let ours: TestServer | undefined;

  beforeAll(async () => {
    emulator = await startEmulator({ port: 0 });
    one = await startApp('one');
    two = await startApp('two');
    ours = await startOurs();
  });
  afterAll(end);

  test('two apps share every target, group and client result: 44 of 44', async () => {
    expect(await verifyBackplane(one!.url, two!.url)).toEqual(['44 passed, 0 failed']);
  });

  test('an app with our SDK shares them too: 44 of 44', async () => {
    expect(await verifyBackplane(one!.url, ours!.url)).toEqual(['44 passed, 0 failed']);
  });

  const { WebSockets, ServerSentEvents, LongPolling } = HttpTransportType;

  test.each([
    ['WebSockets, JSON', WebSockets, false],
    ['WebSockets, MessagePack', WebSockets, true],
    ['Server-Sent Events, JSON', ServerSentEvents, false],
    ['long polling, JSON', LongPolling, false],
    ['long polling, MessagePack', LongPolling, true],
  ])(
    'a client over %s calls, fails, streams both ways, returns a result, receives messages and is closed',
    async (_name, transport, isBinary) => {
      const client = await connect(one!, 'calls', { transport, isBinary, query: '?level=7' });
      expect(await client.invoke('Echo', 'hé 👋')).toBe('hé 👋');
      expect(await client.invoke('Level')).toBe('7'); // a claim, made when it negotiated
      await expect(client.invoke('Fail')).rejects.toThrow('HubException: told');
      const long = 'é👋'.repeat(50_000);
      expect((await client.invoke('Long', long.length)) === long).toBe(true);
      const items: unknown[] = [];
      await new Promise<void>((complete, error) =>
        client.stream('Count', 3).subscribe({ next: (item) => items.push(item), complete, error }),
      );
      expect(items).toEqual([0, 1, 2]);
      const upload = new Subject<number>();
      const sum = client.invoke('Sum', upload);
      for (const item of [1, 2, 39]) upload.next(item);
      upload.complete();
      expect(await sum).toBe(42);
      client.on('Answer', (question: string) => `${question} 42`);
      expect(await client.invoke('Ask', 'what?')).toBe('what? 42');
      const announced = next(client, 'Announced');
      // From outside of a hub, in the other app.
      expect((await fetch(`${two!.url}/announce?text=hello`, { method: 'POST' })).status).toBe(200);
      expect(await announced).toBe('hello');
      const end = closed(client);
      await client.send('Leave');
      await end;
    },
  );

  test('a signed-in user keeps the name and the roles at the hub', async () => {
    const [ada, bob] = [
      await connect(one!, 'calls', { query: '?name=Ada&role=author' }),
      await connect(one!, 'calls', { query: '?name=Bob&role=reader' }),
    ];
    expect(await ada.invoke('Name')).toBe('Ada');
    await expect(bob.invoke('Name')).rejects.toThrow('user is unauthorized');
  });

  test('if server connections are lost, every call ends and every client reconnects', async () => {
    const clients = await Promise.all(
      [false, true, false, true].map((isBinary) =>
        connect(one!, 'calls', { isBinary, reconnects: true }),
      ),
    );
    const stops = clients.map(keepCalling);
    const { servers } = emulator.hubs.get('callhub')!;
    const lost = [...servers];
    lost.find((server) => server.clients.size > 0)?.drop();
    await vi.waitFor(
      () => expect(clients.some(({ state }) => state !== 'Connected')).toBe(true),
      20_000,
    );
    for (const server of lost) server.drop();
    await vi.waitFor(
      () => expect(lost.filter((server) => servers.has(server))).toEqual([]),
      20_000,
    );
    await serverConnections(2 * SERVER_CONNECTIONS + 5);
    const back = Array(4).fill('Connected');
    await vi.waitFor(() => expect(clients.map(({ state }) => state)).toEqual(back), 20_000);
    for (const client of clients) expect(await client.invoke('Echo', 'back')).toBe('back');
    for (const stop of stops) expect((await stop()).answered).toBeGreaterThan(0);
  });
});

describe.skipIf(!hasDotnet())("apps with Microsoft's SDK that stop", () => {
  beforeEach(async () => {
    emulator = await startEmulator({ port: 0 });
  });
  afterEach(end);

  test('clients move from an app that shuts down to one with our SDK and back', async () => {
    const one = await startApp('one', 'MigrateClients');
    const ours = await startOurs();
    const client = await connect(one, 'messages');
    let isClosed = false;
    client.onclose(() => (isClosed = true));
    await client.invoke('JoinGroup', 'room');
    /**
     * Checks which app serves the client. The group and the connection are the same in every app.
     */
    const isServedBy = async (name: string): Promise<void> => {
      const received = next(client, 'Receive');
      await client.invoke('SendToGroup', 'room', name);
      expect(await received).toBe('group:room');
      expect(await client.invoke('WhoAmI')).toEqual({
        connectionId: client.connectionId,
        userId: null,
      });
    };
    await one.close(SHUTDOWN);
    await isServedBy('ours');
    const two = await startApp('two', 'WaitForClientsClose');
    await ours.close();
    await isServedBy('two');
    const ended = two.close(SHUTDOWN);
    const servers = [...emulator.hubs.get('chathub')!.servers];
    await vi.waitFor(() => expect(servers.every(({ isLeaving }) => isLeaving)).toBe(true), 20_000);
    await expect(connect(two, 'messages')).rejects.toThrow('No server is connected');
    await isServedBy('two');
    expect(isClosed).toBe(false);
    await client.stop();
    await ended;
  });

  test('an app reconnects to a restarted service, and clients of a killed app are closed', async () => {
    const app = await startApp('app');
    const before = closed(await connect(app, 'calls'));
    const { port } = emulator;
    await emulator.close();
    await before;
    const refusal = await vi.waitFor(async () => {
      const answer = await negotiate(app, 'calls');
      expect(answer.status).toBe(500);
      return answer.text();
    }, 20_000);
    expect(refusal).toBe('Azure SignalR Service is not connected yet, please try again later.');
    emulator = await startEmulator({ port });
    await serverConnections(SERVER_CONNECTIONS);
    const client = await connect(app, 'calls');
    expect(await client.invoke('Echo', 'again')).toBe('again');
    const end = closed(client);
    await app.kill();
    await end;
  });
});
