import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Hub } from './index.ts';
import { startTestServer, type TestServer } from './testing/index.ts';

interface Client {
  receiveMessage(message: string): void;
}
class ChatHub extends Hub<Client> {
  async sendMessageToAll(message: string): Promise<void> {
    await this.clients.all.send('ReceiveMessage', message);
  }
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) yield i;
  }
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer((signalr) => signalr.mapHub('/chat', ChatHub));
});
afterAll(() => server.close());

test('the official client negotiates, connects, calls and is called', async () => {
  const connection = new HubConnectionBuilder().withUrl(`${server.url}/chat`).configureLogging(LogLevel.None).build();
  const received = new Promise((resolve) => connection.on('ReceiveMessage', resolve));
  await connection.start();
  await expect(connection.invoke('SendMessageToAll', 'hello')).resolves.toBeNull();
  await expect(received).resolves.toBe('hello');
  const items: unknown[] = [];
  await new Promise<void>((complete, error) =>
    connection.stream('Count', 3).subscribe({ next: (item) => items.push(item), complete, error }),
  );
  expect(items).toEqual([0, 1, 2]);
  await expect(connection.invoke('constructor')).rejects.toThrow('Method does not exist.');
  await connection.stop();
});
