import { ServiceMessageType as Type } from '@practical-signalr/azure/service-protocol';
import { afterEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../index.ts';
import { connectServer } from '../testing/raw-server.ts';
import { connectClient } from '../testing/service-client.ts';

let emulator: Emulator;
afterEach(() => emulator.close());

test.each([0, 50])(
  'with a latency of %s ms, clients get the last message of a server that closes',
  async (latency) => {
    emulator = await startEmulator({ port: 0, latency });
    const server = await connectServer(emulator.url);
    const client = await connectClient(emulator.url);
    server.send({
      type: Type.BroadcastData,
      excludedList: [],
      payloads: new Map([['json', 'goodbye\u001e']]),
    });
    server.webSocket.close();
    await client.closed;
    expect(client.records).toEqual(['goodbye', '{"type":7,"allowReconnect":true}']);
    expect(emulator.hubs.size).toBe(0);
  },
);

test('the answer about the status has the quota as the capacity', async () => {
  emulator = await startEmulator({ port: 0, quota: 5 });
  const server = await connectServer(emulator.url);
  server.send({ type: Type.Ping, messages: ['status', '1'] });
  const { messages } = await server.waitFor(() => server.of(Type.Ping)[0]);
  expect(messages.slice(-2)).toEqual(['capacity', '5']);
});
