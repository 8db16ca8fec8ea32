import { afterEach, expect, test, vi } from 'vitest';
import { Gate } from '../../connections/gate.ts';
import {
  END,
  openHubConnection,
  type TestHubConnection,
} from '../../testing/dispatcher/test-hub-connection.ts';
import { Hub } from '../hub.ts';
import { stream } from '../streams/stream-parameter.ts';

const gate = new Gate();

class TestHub extends Hub {
  echo(text: string): string {
    return text;
  }
  async sum(numbers: AsyncIterable<number>): Promise<number> {
    await gate.wait();
    let sum = 0;
    for await (const number of numbers) sum += number;
    return sum;
  }
}

let client: TestHubConnection;
afterEach(() => {
  client.connection.onClose();
  vi.useRealTimers();
});

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

test('what follows a full upload in the same chunk waits until the hub has read the upload', async () => {
  const methods = { echo: {}, sum: { arguments: [stream] } };
  const options = { streamBufferCapacity: 2, maximumParallelInvocationsPerClient: 2 };
  client = openHubConnection({ hub: TestHub, methods, options });
  await client.join();
  const sum = { type: 1, invocationId: '2', target: 'sum', arguments: [], streamIds: ['s'] };
  const item = { type: 2, invocationId: 's', item: 5 };
  const end = { type: 3, invocationId: 's' };
  const messages = [sum, item, item, item, item, end, call];
  client.connection.onReceive(messages.map((message) => JSON.stringify(message) + END).join(''));
  await new Promise(setImmediate);
  expect([client.takeSent(), client.transport.calls]).toEqual([[], ['pause']]);
  gate.open();
  const answers: unknown[] = [];
  await expect.poll(() => answers.push(...client.takeSent())).toBe(2);
  expect(answers).toEqual(
    expect.arrayContaining([result, { type: 3, invocationId: '2', result: 20 }]),
  );
  expect(client.transport.calls.slice(-1)).toEqual(['resume']);
});

test('a client that does not complete its handshake in time is refused', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  client = openHubConnection({ hub: TestHub, options: { handshakeTimeout: 1000 } });
  client.connection.onReceive('{"protocol"');
  vi.advanceTimersByTime(999);
  expect(client.transport.calls).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(client.takeSent()).toEqual([{ error: 'Handshake was canceled.' }]);
  expect(client.transport.calls).toEqual(['close']);
});
