import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { Hub } from '@practical-signalr/server';
import { testServer } from '@practical-signalr/server/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { instanceFilters } from './name-instance.ts';

class MessageHub extends Hub {
  async sendMessageToAll(message: string): Promise<void> {
    await this.clients.all.send('ReceiveMessage', message);
  }

  async sendMessageToUser(connectionId: string, message: string): Promise<void> {
    await this.clients.client(connectionId).send('ReceiveMessage', message);
  }
}

afterEach(() => vi.unstubAllEnvs());

test('every message of a hub method has the name of the instance, and a client learns its instance', async () => {
  vi.stubEnv('INSTANCE', 'instance 2');
  await using server = await testServer(
    (signalr) =>
      signalr.mapHub('/messages', MessageHub, {
        methods: ['sendMessageToAll', 'sendMessageToUser'],
      }),
    { filters: instanceFilters },
  );
  const builder = new HubConnectionBuilder().withUrl(`${server.url}/messages`);
  const connection = builder.configureLogging(LogLevel.None).build();
  const received: unknown[][] = [];
  for (const name of ['ServedBy', 'ReceiveMessage'])
    connection.on(name, (...args: unknown[]) => received.push([name, ...args]));
  await connection.start();
  await connection.invoke('SendMessageToAll', 'to all');
  await connection.invoke('SendMessageToUser', connection.connectionId, 'to one');
  expect(received).toEqual([
    ['ServedBy', 'instance 2'],
    ['ReceiveMessage', 'to all', 'instance 2'],
    ['ReceiveMessage', 'to one', 'instance 2'],
  ]);
  await connection.stop();
});
