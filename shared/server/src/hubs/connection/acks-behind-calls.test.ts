import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hub } from '../../index.ts';
import { testServer, type TestServer } from '../../testing/index.ts';

const TEXT = 'x'.repeat(2000);
/** Together with `TEXT`, several times the default of `statefulReconnectBufferSize`. */
const COUNT = 500;

class EchoHub extends Hub {
  async echo(number: number): Promise<number> {
    await this.clients.caller.send('Echo', TEXT);
    return number;
  }
}

let server: TestServer;
beforeEach(async () => {
  server = await testServer({
    '/hub': { hub: EchoHub, methods: ['echo'], allowStatefulReconnects: true },
  });
});
afterEach(() => server.close());

// If senders waited for an Ack behind these calls, no further call would be read.
test('calls that fill the buffer end, although the Ack follows further calls', async () => {
  const connection = new HubConnectionBuilder()
    .withUrl(`${server.url}/hub`)
    .withStatefulReconnect()
    .configureLogging(LogLevel.None)
    .build();
  connection.on('Echo', () => undefined);
  await connection.start();
  const calls = Array.from({ length: COUNT }, (_, i) => connection.invoke<number>('Echo', i));
  expect(await Promise.all(calls)).toEqual(Array.from({ length: COUNT }, (_, i) => i));
  await connection.stop();
});
