import { afterEach, expect, test } from 'vitest';
import {
  openHubConnection,
  type TestHubConnection,
} from '../../testing/dispatcher/test-hub-connection.ts';
import { Hub } from '../hub.ts';

class TestHub extends Hub {
  echo(text: string): string {
    return text;
  }
}

let client: TestHubConnection;
afterEach(() => client.connection.onClose());

const call = { type: 1, invocationId: '1', target: 'echo', arguments: ['x'] };
const result = { type: 3, invocationId: '1', result: 'x' };

test('a client may get a new socket before its handshake', async () => {
  client = openHubConnection({ hub: TestHub, methods: { echo: {} } });
  client.connection.onReconnected();
  await client.join();
  client.receive(call);
  await expect.poll(client.takeSent).toEqual([result]);
});

test('a message of which a part was sent on the old socket is read once from the new one', async () => {
  client = openHubConnection({ hub: TestHub, methods: { echo: {} } });
  await client.join();
  client.connection.onReceive(JSON.stringify(call).slice(0, 20));
  client.connection.onReconnected();
  client.receive(call);
  await expect.poll(client.takeSent).toEqual([result]);
});
