import {
  HubConnectionBuilder,
  type IHubProtocol,
  JsonHubProtocol,
  LogLevel,
} from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Hub } from './index.ts';
import { testServer, type TestServer } from './testing/index.ts';

interface Client {
  receiveMessage(message: string): void;
}
class ChatHub extends Hub<Client> {
  async sendMessageToAll(message: string): Promise<void> {
    await this.clients.all.send('ReceiveMessage', message);
  }
  echo(value: unknown): unknown {
    return value;
  }
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) yield i;
  }
}

let server: TestServer;
beforeAll(async () => {
  server = await testServer((signalr) =>
    signalr.mapHub('/chat', ChatHub, { methods: ['sendMessageToAll', 'echo', 'count'] }),
  );
});
afterAll(() => server.close());

test.each<[string, IHubProtocol]>([
  ['JSON', new JsonHubProtocol()],
  ['MessagePack', new MessagePackHubProtocol()],
])(
  'the official client negotiates, connects, calls and is called in %s',
  async (_name, protocol) => {
    const connection = new HubConnectionBuilder()
      .withUrl(`${server.url}/chat`)
      .withHubProtocol(protocol)
      .configureLogging(LogLevel.None)
      .build();
    const received = new Promise((resolve) => connection.on('ReceiveMessage', resolve));
    await connection.start();
    await expect(connection.invoke('SendMessageToAll', 'hello')).resolves.toBeNull();
    await expect(received).resolves.toBe('hello');
    const items: unknown[] = [];
    await new Promise<void>((complete, error) =>
      connection
        .stream('Count', 3)
        .subscribe({ next: (item) => items.push(item), complete, error }),
    );
    expect(items).toEqual([0, 1, 2]);
    await expect(connection.invoke('constructor')).rejects.toThrow('Method does not exist.');
    await connection.stop();
  },
);

test('bytes and dates keep their type in MessagePack, and both protocols receive the same broadcast', async () => {
  const builder = new HubConnectionBuilder()
    .withUrl(`${server.url}/chat`)
    .configureLogging(LogLevel.None);
  const text = builder.build();
  const binary = builder.withHubProtocol(new MessagePackHubProtocol()).build();
  const received = [text, binary].map(
    (each) => new Promise((resolve) => each.on('ReceiveMessage', resolve)),
  );
  await Promise.all([text.start(), binary.start()]);
  const values = {
    bytes: Uint8Array.of(1, 2, 255),
    date: new Date(1_700_000_000_123),
    large: 2 ** 40,
    half: 0.5,
  };
  await expect(binary.invoke('Echo', values)).resolves.toEqual(values);
  await binary.invoke('SendMessageToAll', 'für alle');
  await expect(Promise.all(received)).resolves.toEqual(['für alle', 'für alle']);
  await Promise.all([text.stop(), binary.stop()]);
});
