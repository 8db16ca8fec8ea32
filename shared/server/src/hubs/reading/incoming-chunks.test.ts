import { setImmediate as nextTurn } from 'node:timers/promises';
import { JsonHubProtocol, MessagePackHubProtocol, MessageType } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import { Gate } from '../../connections/gate.ts';
import { BytesInFlight } from '../../limits/bytes-in-flight.ts';
import {
  END,
  openHubConnection,
  type TestHubConnection,
  type TestHubConnectionOptions,
  TestTransport,
} from '../../testing/dispatcher/test-hub-connection.ts';
import { MAXIMUM_QUEUED } from '../connection/call-queue.ts';
import { Hub } from '../hub.ts';
import { stream } from '../streams/stream-parameter.ts';
import { MAXIMUM_UPLOAD_BYTES } from '../streams/upload-memory.ts';
import { READ_BUDGET } from './read-budget.ts';

const gate = new Gate();
let taken: number[] = [];

class ReadingHub extends Hub {
  async wait(): Promise<void> {
    await gate.wait();
  }
  take(number: number): void {
    taken.push(number);
  }
  async upload(items: AsyncIterable<unknown>): Promise<number> {
    await gate.wait();
    let count = 0;
    for await (const _item of items) count++;
    return count;
  }
}
const methods = { wait: {}, take: {}, upload: { arguments: [stream] } };

async function open(more: Partial<TestHubConnectionOptions> = {}): Promise<TestHubConnection> {
  taken = [];
  const client = openHubConnection({ hub: ReadingHub, methods, ...more });
  await client.join();
  return client;
}

const textOf = (message: object): string => JSON.stringify(message) + END;
const WAIT = textOf({ type: MessageType.Invocation, target: 'wait', arguments: [] });
const take = (number: number) =>
  ({ type: MessageType.Invocation, target: 'take', arguments: [number] }) as const;
const startUpload = (id: string): string => {
  const call = { target: 'upload', arguments: [], streamIds: [id] };
  return textOf({ type: MessageType.Invocation, invocationId: id, ...call });
};
const item = (id: string, value: unknown): string =>
  textOf({ type: MessageType.StreamItem, invocationId: id, item: value });

/** Waits until the last call has run, and returns the numbers of all calls that have. */
async function takeAll(last: number): Promise<number[]> {
  gate.open();
  while (taken.at(-1) !== last) await nextTurn();
  return taken;
}

const numbers = Array.from({ length: 5000 }, (_, i) => i);

test('of a chunk with thousands of calls, as many are queued as the limit allows, and all run', async () => {
  const { connection, transport } = await open();
  connection.onReceive(WAIT + numbers.map((number) => textOf(take(number))).join(''));
  connection.onReceive(textOf(take(-1)));
  expect(connection.calls.unfinished).toHaveLength(1 + MAXIMUM_QUEUED + 1);
  expect(transport.calls).toEqual(['pause']);
  expect(await takeAll(-1)).toEqual([...numbers, -1]);
  expect(transport.calls.at(-1)).toBe('resume');
});

test('the same holds for MessagePack', async () => {
  const protocol = new MessagePackHubProtocol();
  const { connection } = await open({ options: { protocols: [new JsonHubProtocol(), protocol] } });
  const client = openHubConnection({
    hub: ReadingHub,
    methods,
    options: { protocols: [protocol] },
  });
  client.connection.onReceive(`{"protocol":"messagepack","version":1}${END}`);
  await nextTurn();
  const wait = { type: MessageType.Invocation, target: 'wait', arguments: [] } as const;
  const calls = [wait, ...numbers.map(take)].map((message) => protocol.writeMessage(message));
  client.connection.onReceive(Buffer.concat(calls));
  expect(client.connection.calls.unfinished).toHaveLength(1 + MAXIMUM_QUEUED + 1);
  expect(await takeAll(4999)).toEqual(numbers);
  connection.abort();
});

test('a large chunk without calls is read in several turns', async () => {
  const { connection, transport, takeSent } = await open();
  const pings = textOf({ type: MessageType.Ping }).repeat((3 * READ_BUDGET) / 11);
  connection.onReceive(pings + textOf({ ...take(1), invocationId: '1' }));
  expect(transport.calls).toEqual(['pause']);
  await nextTurn();
  await nextTurn();
  expect(takeSent()).toEqual([]);
  await nextTurn();
  await nextTurn();
  expect(takeSent()).toHaveLength(1);
  expect(transport.calls).toEqual(['pause', 'resume']);
});

test('of a chunk with many items, as many are buffered as the capacity allows', async () => {
  const bytesInFlight = new BytesInFlight(1e9);
  const limits = { limiter: undefined, bytesInFlight };
  const { connection, takeSent } = await open({ limits });
  const length = item('u', 1).length - 1;
  const items = item('u', 1).repeat(100);
  const end = textOf({ type: MessageType.Completion, invocationId: 'u' });
  connection.onReceive(startUpload('u') + items + end);
  // Ten items, and what was not read.
  expect(bytesInFlight.total).toBe(10 * length + 90 * (length + 1) + end.length);
  gate.open();
  await expect.poll(takeSent).toEqual([{ type: 3, invocationId: 'u', result: 100 }]);
  expect(bytesInFlight.total).toBe(0);
});

test('all uploads of a connection share the memory for what they buffer', async () => {
  const bytesInFlight = new BytesInFlight(1e9);
  const { connection, transport } = await open({ limits: { limiter: undefined, bytesInFlight } });
  const size = 100_000;
  let count = 0;
  while (!transport.calls.includes('pause') && count < 100) {
    const id = `${count++}`;
    connection.onReceive(startUpload(id));
    connection.onReceive(item(id, 'x'.repeat(size)));
    await nextTurn();
    transport.calls.splice(0, transport.calls.lastIndexOf('resume') + 1);
  }
  // The options of this test allow one upload to buffer more than the common maximum.
  const largestUpload = 10 * 200_000;
  expect(largestUpload).toBeGreaterThan(MAXIMUM_UPLOAD_BYTES);
  expect(count).toBe(Math.ceil(largestUpload / (size + item('9', '').length)));
  connection.abort();
  expect(bytesInFlight.total).toBe(0);
});

test('a client whose uploads wait is not read while all clients exceed the limit', async () => {
  const bytesInFlight = new BytesInFlight(1000);
  const { connection, transport } = await open({ limits: { limiter: undefined, bytesInFlight } });
  connection.onReceive(startUpload('u') + item('u', 'x'.repeat(900)));
  expect(transport.calls).toEqual([]);
  connection.onReceive(item('u', 'y'.repeat(200)));
  expect(transport.calls).toEqual(['pause']);
  gate.open();
  await expect.poll(() => transport.calls).toEqual(['pause', 'resume']);
  connection.onClose();
  expect(bytesInFlight.total).toBe(0);
});

test.each(['abort', 'onClose', 'closeAfterInvalidMessage'] as const)(
  'after %s, what was not read does not count',
  async (method) => {
    const bytesInFlight = new BytesInFlight(1e9);
    const { connection } = await open({ limits: { limiter: undefined, bytesInFlight } });
    const calls = numbers.map((number) => textOf(take(number))).join('');
    connection.onReceive(WAIT + calls);
    connection.onReceive(calls);
    expect(bytesInFlight.total).toBeGreaterThan(2 * calls.length - 10_000);
    if (method === 'closeAfterInvalidMessage') connection[method](new Error('invalid'));
    else connection[method]();
    expect(bytesInFlight.total).toBe(0);
    connection.onReceive(calls);
    expect(bytesInFlight.total).toBe(0);
    gate.open();
  },
);

test('a connection that closes while a chunk is read gives its bytes back', async () => {
  const bytesInFlight = new BytesInFlight(1e9);
  const { connection } = await open({ limits: { limiter: undefined, bytesInFlight } });
  connection.onReceive(WAIT + textOf({ type: MessageType.Close }) + WAIT.repeat(10));
  expect(bytesInFlight.total).toBe(0);
  gate.open();
});

test('after a reconnect, the client repeats what was not read, and each call runs once', async () => {
  class ReplaceableTransport extends TestTransport {
    abandon(): void {
      this.calls.push('abandon');
    }
  }
  taken = [];
  const { connection, context, join } = openHubConnection({
    hub: ReadingHub,
    methods,
    transport: new ReplaceableTransport(),
    useStatefulReconnect: true,
  });
  await join(2);
  const calls = [WAIT, ...numbers.slice(0, 500).map((number) => textOf(take(number)))];
  // The last call is cut off in the middle.
  connection.onReceive(calls.join('').slice(0, -5));
  context.reconnect?.(new ReplaceableTransport());
  connection.onReceive(textOf({ type: MessageType.Sequence, sequenceId: 1 }));
  connection.onReceive(calls.join(''));
  expect(await takeAll(499)).toEqual(numbers.slice(0, 500));
});
