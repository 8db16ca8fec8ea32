import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Hub, type MapHubOptions, stream, streamOf } from '../../index.ts';
import { settled } from '../../testing/event-loop.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { testServer, type TestServer } from '../../testing/index.ts';

let server: TestServer | undefined;
let onHold: () => void = () => undefined;
let continueCall: () => void = () => undefined;
const ended: unknown[] = [];

class UploadHub extends Hub {
  async collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
    const all: unknown[] = [];
    for await (const item of items) all.push(item);
    return all;
  }
  async between(before: string, items: AsyncIterable<number>, after: number): Promise<string> {
    return `${before}${(await this.collect(items)).join()}${after}`;
  }
  async late(items: AsyncIterable<string>): Promise<number> {
    await new Promise<void>((resolve) => (continueCall = resolve));
    let count = 0;
    for await (const _ of items) count++;
    return count;
  }
  async untilTheEnd(items: AsyncIterable<unknown>): Promise<void> {
    try {
      for await (const _ of items);
      ended.push('done');
    } catch (error) {
      ended.push((error as Error).name);
      throw error;
    } finally {
      continueCall();
    }
  }
  async hold(): Promise<void> {
    onHold();
    await new Promise<void>((resolve) => (continueCall = resolve));
  }
  say(text: unknown): unknown {
    return text;
  }
}
const methods = {
  hold: {},
  say: {},
  collect: { arguments: [stream] },
  between: {
    arguments: [z.string(), streamOf(z.number().refine(async (n) => n !== 13)), undefined],
  },
  late: { arguments: [stream] },
  untilTheEnd: { arguments: [stream] },
};

const logged: unknown[] = [];
async function connect(
  options: Omit<MapHubOptions<UploadHub>, 'methods'> = {},
): Promise<RawClient> {
  const log = (...details: unknown[]): void => {
    logged.push(details);
  };
  const logger = { debug: () => undefined, info: log, warn: log, error: log };
  server = await testServer(
    (signalr) => signalr.mapHub('/hub', UploadHub, { ...options, methods }),
    {
      logger,
    },
  );
  return RawClient.connect(`${server.url}/hub`);
}
afterEach(async () => {
  await server?.close();
  server = undefined;
  ended.length = 0;
  expect(logged.splice(0)).toEqual([]);
});

const RS = '\u001e';
const call = (id: string, target: string, args: unknown[], streamIds?: string[]): string =>
  JSON.stringify({ type: 1, invocationId: id, target, arguments: args, streamIds }) + RS;
const item = (id: string, value: unknown): string =>
  JSON.stringify({ type: 2, invocationId: id, item: value }) + RS;
const done = (id: string, error?: string): string =>
  JSON.stringify({ type: 3, invocationId: id, error }) + RS;
const result = (id: string, value: unknown): string =>
  JSON.stringify({ type: 3, invocationId: id, result: value });

test('an upload may be any parameter, and its items are validated in order, also by an asynchronous schema', async () => {
  const client = await connect();
  client.send(call('1', 'Between', ['<', 9], ['s']) + item('s', 1) + item('s', 2) + done('s'));
  expect(await client.next()).toBe(result('1', '<1,29'));
  client.send(
    call('2', 'Between', ['<', 9], ['s']) + item('s', 1) + item('s', 13) + item('s', 2) + done('s'),
  );
  expect(await client.next()).toContain('HubException: Failed to bind Stream message.');
});

test('the client receives the issues of an invalid item if the hub exposes them', async () => {
  for (const options of [{ exposeValidationErrors: true }, { enableDetailedErrors: true }]) {
    const client = await connect(options);
    client.send(call('1', 'Between', ['<', 9], ['s']) + item('s', 'x') + done('s'));
    expect(await client.next()).toMatch(/Failed to bind Stream message\. .*expected number/);
    await server?.close();
  }
});

test('an upload id that is used again names the new upload, and both calls end', async () => {
  const client = await connect();
  // ASP.NET Core refuses none of these.
  client.send(call('1', 'Collect', [], ['s', 's']));
  expect(await client.next()).toContain('Client sent 2 stream(s), Hub method expects 1.');
  const over = new Promise<void>((resolve) => (continueCall = resolve));
  client.send(call('2', 'UntilTheEnd', [], ['s']) + call('3', 'Collect', [], ['s']));
  client.send(item('s', 'a') + done('s'));
  expect(await client.next()).toBe(result('3', ['a']));
  // The first of the two calls gets no more items. It ends with its connection.
  client.close();
  await over;
  expect(ended).toEqual(['AbortError']);
});

test('uploads whose ids are used again count for the limit', async () => {
  const client = await connect();
  const ids = Array.from({ length: 500 }, (_, i) => String(i));
  for (const id of ['1', '2']) client.send(call(id, 'Say', ['x'], ids));
  await client.next();
  await client.next();
  client.send(call('3', 'Collect', [], ['s']).repeat(1001));
  expect(await client.next()).toContain('at most 1000 open uploads');
});

test('items that arrive before their call runs are kept for it', async () => {
  const client = await connect();
  const holding = new Promise<void>((resolve) => (onHold = resolve));
  client.send(
    call('1', 'Hold', []) +
      call('2', 'Collect', [], ['s']) +
      item('s', 'a') +
      item('s', null) +
      done('s'),
  );
  client.send(call('3', 'Say', ['x'], undefined));
  await holding;
  continueCall();
  // A call with an upload does not delay the call after it.
  expect(new Set([await client.next(), await client.next(), await client.next()])).toEqual(
    new Set([result('1', null), result('2', ['a', null]), result('3', 'x')]),
  );
});

test('a method that reads late pauses the client, and no item is lost', async () => {
  const client = await connect();
  const most = 2000;
  client.send(call('1', 'Late', [], ['s']));
  const text = 'x'.repeat(30_000);
  for (let i = 0; i < most; i++) client.send(item('s', text));
  client.send(done('s'));
  // What the server does not take stays with the client: far more than sockets hold.
  const waiting = await settled(() => client.webSocket.bufferedAmount);
  expect(waiting).toBeGreaterThan(30_000_000);
  continueCall();
  expect(await client.next()).toBe(result('1', most));
});

test('an upload ends with an AbortError when its connection closes, and nothing is logged', async () => {
  const client = await connect();
  const over = new Promise<void>((resolve) => (continueCall = resolve));
  client.send(call('1', 'UntilTheEnd', [], ['s']) + item('s', 1));
  client.send(call('2', 'Say', ['x']));
  expect(await client.next()).toBe(result('2', 'x'));
  client.close();
  await over;
  expect(ended).toEqual(['AbortError']);
});

test('items of an endless upload are read one by one while other clients are served', async () => {
  const client = await connect();
  const other = await RawClient.connect(`${server?.url}/hub`);
  client.send(call('1', 'UntilTheEnd', [], ['s']));
  for (let i = 0; i < 20_000; i++) client.send(item('s', i));
  client.send(call('2', 'Say', ['still read']));
  expect(await client.next()).toBe(result('2', 'still read'));
  other.send(call('1', 'Say', ['x']));
  expect(await other.next()).toBe(result('1', 'x'));
  client.send(done('s'));
  expect(await client.next()).toBe(result('1', null));
});

test('stream ids that are too many or unexpected fail only their call', async () => {
  const client = await connect();
  client.send(call('1', 'Collect', [], ['s']));
  client.send(
    call(
      '4',
      'Collect',
      [],
      Array.from({ length: 1000 }, (_, i) => String(i)),
    ),
  );
  expect(await client.next()).toContain('at most 1000 open uploads');
  client.send(
    call('5', 'Say', [], ['u']) +
      item('u', 1) +
      call('6', 'Nobody', [], ['u']) +
      call('7', 'Say', ['x']),
  );
  expect(await client.next()).toContain('Failed to invoke');
  expect(await client.next()).toContain('Method does not exist.');
  expect(await client.next()).toBe(result('7', 'x'));
  client.send(item('s', 'still open') + done('s'));
  expect(await client.next()).toBe(result('1', ['still open']));
});
