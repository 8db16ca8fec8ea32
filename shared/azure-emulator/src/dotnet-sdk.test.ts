import { HttpTransportType, type HubConnection, HubConnectionBuilder, LogLevel, Subject } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { azureSignalR } from '@practical-signalr/azure';
import { ChatHub, verifyBackplane } from '@practical-signalr/conformance';
import { hasDotnet, type Instance, startDotnet } from '@practical-signalr/lesson-kit/instances';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from './index.ts';

const project = new URL('../dotnet/AzureServer.csproj', import.meta.url);
/** Five for each of its two hubs. */
const SERVER_CONNECTIONS = 10;

let emulator: Emulator;
const connections: HubConnection[] = [];

async function startApp(name: string): Promise<Instance> {
  const before = openServerConnections();
  const app = await startDotnet(name, project, { Azure__SignalR__ConnectionString: emulator.connectionString });
  await serverConnections(before + SERVER_CONNECTIONS);
  return app;
}

const openServerConnections = (): number =>
  [...emulator.hubs.values()].reduce((sum, { servers }) => sum + servers.size, 0);
const serverConnections = (count: number): Promise<unknown> =>
  vi.waitFor(() => expect(openServerConnections()).toBe(count), 20_000);

type Options = { transport?: HttpTransportType; isBinary?: boolean; query?: string };

async function connect(app: { url: string }, path: string, options: Options = {}): Promise<HubConnection> {
  const { transport = HttpTransportType.WebSockets, isBinary = false, query = '' } = options;
  const url = `${app.url}/${path}${query}`;
  const builder = new HubConnectionBuilder().withUrl(url, { transport }).configureLogging(LogLevel.None);
  const connection = (isBinary ? builder.withHubProtocol(new MessagePackHubProtocol()) : builder).build();
  connections.push(connection);
  await connection.start();
  return connection;
}

/** The next message of this name. */
const next = (connection: HubConnection, name: string): Promise<unknown> =>
  new Promise((resolve) => connection.on(name, resolve));
const closed = (connection: HubConnection): Promise<void> =>
  new Promise((resolve) => connection.onclose(() => resolve()));

afterEach(() => Promise.all(connections.splice(0).map((connection) => connection.stop())));

describe.skipIf(!hasDotnet())("apps with Microsoft's SDK for .NET", () => {
  let [one, two]: Instance[] = [];
  let ours: TestServer;

  beforeAll(async () => {
    emulator = await startEmulator({ port: 0 });
    one = await startApp('one');
    two = await startApp('two');
    const { connectionString } = emulator;
    const scaleOut = azureSignalR({ connectionString, serverStickyMode: 'Required', environment: {} });
    ours = await testServer((signalr) => signalr.mapHub('/messages', ChatHub), {
      scaleOut,
      userIdProvider: { getUserId: ({ request }) => request.query.get('user') },
    });
    await serverConnections(2 * SERVER_CONNECTIONS + 5);
  }, 180_000);
  afterAll(async () => {
    await Promise.all([one?.close(), two?.close(), ours?.close()]);
    await emulator?.close();
  });

  test('two of them share every target, group and client result: 44 of 44', async () => {
    expect(await verifyBackplane(one!.url, two!.url)).toEqual(['44 passed, 0 failed']);
  });

  test('one of them and one with our SDK do too: 44 of 44', async () => {
    expect(await verifyBackplane(one!.url, ours.url)).toEqual(['44 passed, 0 failed']);
  });

  const { WebSockets, ServerSentEvents, LongPolling } = HttpTransportType;

  test.each([
    ['WebSockets, JSON', WebSockets, false],
    ['WebSockets, MessagePack', WebSockets, true],
    ['Server-Sent Events, JSON', ServerSentEvents, false],
    ['long polling, JSON', LongPolling, false],
    ['long polling, MessagePack', LongPolling, true],
  ])(
    'a client over %s calls, fails, streams both ways, is asked, is told, is sent away',
    async (_name, transport, isBinary) => {
      const client = await connect(one!, 'calls', { transport, isBinary, query: '?level=7' });
      expect(await client.invoke('Echo', 'hé 👋')).toBe('hé 👋');
      expect(await client.invoke('Level')).toBe('7'); // a claim, made when it negotiated
      await expect(client.invoke('Fail')).rejects.toThrow('HubException: told');
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

  test('server connections that are lost come back, and so may the clients', async () => {
    const client = await connect(one!, 'calls');
    const end = closed(client);
    const { servers } = emulator.hubs.get('callhub')!;
    const lost = [...servers];
    expect(emulator.dropServerConnections('callhub')).toBe(SERVER_CONNECTIONS);
    await end;
    await vi.waitFor(() => expect(lost.filter((server) => servers.has(server))).toEqual([]));
    await serverConnections(2 * SERVER_CONNECTIONS + 5);
    expect(await (await connect(one!, 'calls')).invoke('Echo', 'again')).toBe('again');
  });
});

describe.skipIf(!hasDotnet())("apps with Microsoft's SDK that end", () => {
  beforeAll(async () => {
    emulator = await startEmulator({ port: 0 });
  });
  afterAll(() => emulator?.close());

  test('one that shuts down hands its clients to another; clients of one that is killed are closed', async () => {
    const [one, two] = [await startApp('one'), await startApp('two')];
    const client = await connect(one, 'messages');
    await client.invoke('JoinGroup', 'room');
    const end = closed(client);
    await one.close();
    const received = next(client, 'Receive');
    await client.invoke('SendToGroup', 'room', 'still here');
    expect(await received).toBe('group:room');
    process.kill(two.pid, 'SIGKILL');
    await end;
    await two.close();
  }, 120_000);
});
