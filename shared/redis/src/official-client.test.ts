import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { Hub, type HubContext, type Logger } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { afterEach, expect, test } from 'vitest';
import { startInProcessBroker } from './local/index.ts';
import { redis } from './redis.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
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
): Promise<TestServer & { hub: HubContext<ChatClient>; alone: Promise<void> }> {
  const nothing = (): void => undefined;
  let warned = nothing;
  const alone = new Promise<void>((resolve) => (warned = resolve));
  const logger: Logger = { debug: nothing, info: nothing, warn: () => warned(), error: nothing };
  let hub: HubContext<ChatClient> | undefined;
  const server = await testServer((signalr) => (hub = signalr.mapHub('/chat', ChatHub)), {
    scaleOut: redis({ url }),
    logger,
  });
  ends.push(() => server.close());
  return { ...server, hub: hub as HubContext<ChatClient>, alone };
}

async function connect(server: TestServer) {
  const got: string[] = [];
  const waiting: (() => void)[] = [];
  const connection = new HubConnectionBuilder()
    .withUrl(`${server.url}/chat`, { transport: HttpTransportType.WebSockets })
    .configureLogging(LogLevel.None)
    .build();
  connection.on('Receive', (text: string) => {
    got.push(text);
    for (const wake of waiting.splice(0)) wake();
  });
  await connection.start();
  ends.push(() => connection.stop());
  const received = async (count: number): Promise<string[]> => {
    while (got.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return got;
  };
  return { connection, received };
}

test('clients of two servers chat; health tells how the way between them is', async () => {
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
    entries: { ChatHub: { data: { state: 'connected' } } },
  });
  await broker.close();
  await a.alone;
  await ann.connection.invoke('Say', 'alone');
  expect(await ann.received(3)).toEqual(['hello', 'from outside', 'alone']);
  const report = a.signalr.health();
  expect(report.status).toBe('Degraded');
  expect(report.entries['ChatHub']?.data['lostSends']).toBeGreaterThan(0);
});

test('a server without scale-out is healthy', async () => {
  const server = await testServer((signalr) => signalr.mapHub('/chat', ChatHub));
  ends.push(() => server.close());
  expect(server.signalr.health()).toEqual({ status: 'Healthy', entries: {} });
});
