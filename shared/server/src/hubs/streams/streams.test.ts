import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { Hub } from '../../index.ts';
import { settled } from '../../testing/event-loop.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { testServer, type TestServer } from '../../testing/index.ts';

let server: TestServer | undefined;
let yielded = 0;
let finished: string[] = [];
let onFinished: () => void = () => undefined;
const finish = (what: string): void => {
  finished.push(what);
  onFinished();
};

class StreamHub extends Hub {
  async *texts(length: number): AsyncGenerator<string> {
    const text = 'x'.repeat(length);
    try {
      for (;;) {
        yielded++;
        yield text;
      }
    } finally {
      finish('generator');
    }
  }
  async *waiting(): AsyncGenerator<number> {
    const { invocationAborted } = this.context;
    yield 1;
    try {
      await once(new EventTarget(), 'never', { signal: invocationAborted });
    } finally {
      finish(String(invocationAborted.aborted));
    }
  }
  readable(): ReadableStream<number> {
    return new ReadableStream({ start: (c) => c.enqueue(1), cancel: () => finish('readable') });
  }
  list(): number[] {
    return [1, 2];
  }
  *pairs(): Generator<string> {
    yield 'a';
    yield 'b';
  }
  async *unwritable(): AsyncGenerator<unknown> {
    try {
      yield 1n;
    } finally {
      finish('unwritable');
    }
  }
  async *failsAtCancel(): AsyncGenerator<number> {
    try {
      yield 1;
      await once(new EventTarget(), 'never', { signal: this.context.invocationAborted }).catch(
        () => undefined,
      );
    } finally {
      // oxlint-disable-next-line no-unsafe-finally
      throw new Error('secret');
    }
  }
}
const methods = {
  texts: {},
  waiting: {},
  readable: { streams: true },
  list: { streams: true },
  pairs: {},
  unwritable: {},
  failsAtCancel: {},
};
const nothing = (): void => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

async function connect(): Promise<RawClient> {
  server = await testServer((signalr) => signalr.mapHub('/hub', StreamHub, { methods }), {
    logger,
  });
  return RawClient.connect(`${server.url}/hub`);
}
afterEach(async () => {
  await server?.close();
  server = undefined;
  yielded = 0;
  finished = [];
});

const RS = '\u001e';
const stream = (id: string, target: string, ...args: unknown[]): string =>
  JSON.stringify({ type: 4, invocationId: id, target, arguments: args }) + RS;
const cancel = (id: string): string => `{"type":5,"invocationId":"${id}"}${RS}`;
const item = (id: string, value: unknown): string =>
  JSON.stringify({ type: 2, invocationId: id, item: value });
const completed = (id: string): string => `{"type":3,"invocationId":"${id}"}`;
const socketOf = (client: RawClient): { pause(): void; resume(): void } =>
  (client.webSocket as unknown as { _socket: { pause(): void; resume(): void } })._socket;

test('a slow client pauses the generator', async () => {
  const client = await connect();
  client.send(stream('1', 'Texts', 1000));
  await client.next();
  socketOf(client).pause();
  const held = await settled(() => yielded);
  // The items that it produced fit into our 64 KiB and the buffers of the two sockets; it could
  // have sent 200 MB meanwhile.
  expect(held).toBeLessThan(20_000);
  socketOf(client).resume();
  await expect.poll(() => yielded).toBeGreaterThan(held);
  client.send(cancel('1'));
  let record = await client.next();
  while (record === item('1', 'x'.repeat(1000))) record = await client.next();
  expect(record).toBe(completed('1'));
  expect(finished).toEqual(['generator']);
});

test('a stream that is never read ends when its connection closes', async () => {
  const client = await connect();
  client.send(stream('1', 'Texts', 1000) + stream('2', 'Waiting'));
  await client.next();
  socketOf(client).pause();
  const over = new Promise<void>(
    (resolve) => (onFinished = () => finished.length === 2 && resolve()),
  );
  client.close();
  await over;
  expect(finished.toSorted()).toEqual(['generator', 'true']);
});

test('canceling ends each kind of source, and the completion has no error', async () => {
  const client = await connect();
  for (const [target, what] of [
    ['Waiting', 'true'],
    ['Readable', 'readable'],
  ] as const) {
    client.send(stream('1', target));
    expect(await client.next()).toBe(item('1', 1));
    client.send(cancel('1') + cancel('1'));
    expect(await client.next()).toBe(completed('1'));
    expect(finished.pop()).toBe(what);
  }
});

test('arrays and synchronous generators can be streamed, several at the same time', async () => {
  const client = await connect();
  client.send(stream('1', 'List') + stream('2', 'Pairs') + stream('2', 'List'));
  const records = [];
  for (let i = 0; i < 7; i++) records.push(await client.next());
  expect(records.filter((record) => record?.includes(':"1"'))).toEqual([
    item('1', 1),
    item('1', 2),
    completed('1'),
  ]);
  expect(records.filter((record) => record?.includes(':"2"'))).toEqual([
    '{"type":3,"invocationId":"2","error":"Invocation ID \'2\' is already in use."}',
    item('2', 'a'),
    item('2', 'b'),
    completed('2'),
  ]);
});

test('an item that cannot be serialized ends the stream with an error and closes its source', async () => {
  const client = await connect();
  client.send(stream('1', 'Unwritable'));
  expect(await client.next()).toBe(
    '{"type":3,"invocationId":"1","error":"An error occurred on the server while streaming results."}',
  );
  expect(finished).toEqual(['unwritable']);
});

test('an error of the source during cancellation is an error of the stream', async () => {
  const client = await connect();
  client.send(stream('1', 'FailsAtCancel'));
  await client.next();
  client.send(cancel('1'));
  expect(await client.next()).toContain('An error occurred on the server while streaming results.');
});
