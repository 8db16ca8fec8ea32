import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { Hub, type HubContext, type Logger } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { afterEach, expect, test } from 'vitest';
import { startInProcessBroker } from './local/index.ts';
import { redis } from './redis.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

interface ChatClient {
  receive(text: string): void;
}

class ChatHub extends Hub<ChatClient> {
  async say(text: string): Promise<void> {
    await this.clients.all.send('Receive', text);
  }

  async join(room: string): Promise<void> {
    await this.groups.add(this.context.connectionId, room);
  }

  async sayTo(room: string, text: string): Promise<void> {
    await this.clients.group(room).send('Receive', text);
  }
}

async function start(
  url: string,
): Promise<TestServer & { hub: HubContext<ChatClient>; disconnected: Promise<void> }> {
  const ignore = (): void => undefined;
  let onWarning = ignore;
  const disconnected = new Promise<void>((resolve) => (onWarning = resolve));
  const logger: Logger = { debug: ignore, info: ignore, warn: () => onWarning(), error: ignore };
  let hub: HubContext<ChatClient> | undefined;
  const server = await testServer(
    (signalr) => (hub = signalr.mapHub('/chat', ChatHub, { methods: ['say', 'join', 'sayTo'] })),
    {
      scaleOut: redis({ url }),
      logger,
    },
  );
  cleanups.push(() => server.close());
  return { ...server, hub: hub as HubContext<ChatClient>, disconnected };
}

async function connect(server: TestServer) {
  const texts: string[] = [];
  const waiting: (() => void)[] = [];
  const connection = new HubConnectionBuilder()
    .withUrl(`${server.url}/chat`, { transport: HttpTransportType.WebSockets })
    .configureLogging(LogLevel.None)
    .build();
  connection.on('Receive', (text: string) => {
    texts.push(text);
    for (const resume of waiting.splice(0)) resume();
  });
  await connection.start();
  cleanups.push(() => connection.stop());
  const received = async (count: number): Promise<string[]> => {
    while (texts.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return texts;
  };
  return { connection, received };
}

test('clients of two servers chat, and health() reports whether the servers reach each other', async () => {
  const broker = await startInProcessBroker();
  const [a, b] = [await start(broker.url), await start(broker.url)];
  const [ann, bob] = [await connect(a), await connect(b)];
  await ann.connection.invoke('Say', 'hello');
  expect(await bob.received(1)).toEqual(['hello']);
  await bob.connection.invoke('Join', 'room');
  await ann.connection.invoke('SayTo', 'room', 'room only');
  expect(await bob.received(2)).toEqual(['hello', 'room only']);
  await b.hub.clients.all.send('Receive', 'from outside');
  expect(await ann.received(2)).toEqual(['hello', 'from outside']);
  expect(a.signalr.health()).toMatchObject({
    status: 'Healthy',
    entries: { ChatHub: { data: { scaleOut: 'redis', connections: 1, state: 'connected' } } },
  });
  await broker.close();
  await a.disconnected;
  await ann.connection.invoke('Say', 'alone');
  expect(await ann.received(3)).toEqual(['hello', 'from outside', 'alone']);
  const report = a.signalr.health();
  expect(report.status).toBe('Degraded');
  expect(report.entries['ChatHub']?.data['lostSends']).toBeGreaterThan(0);
});

test('a server without scale-out is healthy', async () => {
  const server = await testServer((signalr) =>
    signalr.mapHub('/chat', ChatHub, { methods: ['say', 'join', 'sayTo'] }),
  );
  cleanups.push(() => server.close());
  expect(server.signalr.health()).toEqual({
    status: 'Healthy',
    entries: { ChatHub: { status: 'Healthy', data: { scaleOut: 'none', connections: 0 } } },
  });
});
