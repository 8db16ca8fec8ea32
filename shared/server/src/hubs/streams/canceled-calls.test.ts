import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { afterEach, expect, test } from 'vitest';
import { Hub } from '../../index.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { testServer, type TestServer } from '../../testing/index.ts';
import { CollectingLogger } from '../../testing/collecting-logger.ts';

const events = new EventTarget();
let finished: string[] = [];
const finish = (what: string): void => {
  finished.push(what);
  events.dispatchEvent(new Event('finished'));
};

class CancelHub extends Hub {
  async *forever(): AsyncGenerator<number> {
    try {
      yield 0;
      await once(events, 'never', { signal: this.context.invocationAborted });
    } finally {
      finish('forever');
    }
  }
  *numbers(): Generator<number> {
    try {
      for (let i = 0; ; i++) yield i;
    } finally {
      finish('numbers');
    }
  }
  async *stubborn(): AsyncGenerator<number> {
    yield 1;
    events.dispatchEvent(new Event('waiting'));
    await once(events, 'continue');
    yield 2;
    yield 3;
  }
  async wait(): Promise<string> {
    const { invocationAborted } = this.context;
    events.dispatchEvent(new Event('waiting'));
    await once(events, 'never', { signal: invocationAborted }).catch(() => undefined);
    return `aborted: ${invocationAborted.aborted}`;
  }
  async waitAndThrow(): Promise<void> {
    await once(events, 'never', { signal: this.context.invocationAborted });
  }
  async listen(): Promise<void> {
    await delay(1_000_000, undefined, { signal: this.context.connectionAborted });
  }
  async *listenInStream(): AsyncGenerator<number> {
    const { connectionAborted, invocationAborted } = this.context;
    for (let i = 0; i < 11; i++) invocationAborted.addEventListener('abort', () => undefined);
    yield 0;
    await delay(1_000_000, undefined, { signal: connectionAborted });
  }
}
const methods = [
  'forever',
  'numbers',
  'stubborn',
  'wait',
  'waitAndThrow',
  'listen',
  'listenInStream',
] as const;

let server: TestServer | undefined;
let logger: CollectingLogger;
async function start(): Promise<RawClient> {
  finished = [];
  logger = new CollectingLogger();
  server = await testServer((signalr) => signalr.mapHub('/hub', CancelHub, { methods }), {
    logger,
  });
  return RawClient.connect(`${server.url}/hub`);
}
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const RS = '\u001e';
const call = (id: string, target: string, type = 1): string =>
  JSON.stringify({ type, invocationId: id, target, arguments: [] }) + RS;
const cancel = (id: string): string => `{"type":5,"invocationId":"${id}"}${RS}`;

test.each(['forever', 'numbers'])(
  'a stream that is canceled in the same read as its call starts and runs its finally: %s',
  async (target) => {
    const client = await start();
    for (let i = 0; i < 10; i++) {
      client.send(call('1', target, 4) + cancel('1'));
      expect(await client.next()).toBe('{"type":2,"invocationId":"1","item":0}');
      expect(await client.next()).toBe('{"type":3,"invocationId":"1"}');
    }
    expect(finished).toEqual(Array.from({ length: 10 }, () => target));
  },
);

test('a stream that the official client disposes at once runs its finally', async () => {
  await start();
  const connection = new HubConnectionBuilder()
    .withUrl(`${server?.url}/hub`)
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  const ended = once(events, 'finished');
  connection
    .stream('Forever')
    .subscribe({ next: () => undefined, error: () => undefined, complete: () => undefined })
    .dispose();
  await ended;
  expect(finished).toEqual(['forever']);
  await connection.stop();
});

test('a stream and its cancellation do not wait for the plain calls before them', async () => {
  const client = await start();
  client.send(call('1', 'wait') + call('2', 'forever', 4) + cancel('2') + cancel('1'));
  const records = [await client.next(), await client.next(), await client.next()];
  expect(new Set(records)).toEqual(
    new Set([
      '{"type":2,"invocationId":"2","item":0}',
      '{"type":3,"invocationId":"1","result":"aborted: true"}',
      '{"type":3,"invocationId":"2"}',
    ]),
  );
});

test('an item that is produced during the cancellation is sent, and then the stream ends', async () => {
  const client = await start();
  const waiting = once(events, 'waiting');
  client.send(call('1', 'stubborn', 4));
  await waiting;
  client.send(cancel('1') + call('2', 'unknown'));
  expect(await client.next()).toBe('{"type":2,"invocationId":"1","item":1}');
  expect(await client.next()).toContain('Method does not exist');
  events.dispatchEvent(new Event('continue'));
  expect(await client.next()).toBe('{"type":2,"invocationId":"1","item":2}');
  expect(await client.next()).toBe('{"type":3,"invocationId":"1"}');
});

test('canceling a plain call aborts its signal, and the method decides the result', async () => {
  const client = await start();
  const waiting = once(events, 'waiting');
  client.send(call('1', 'wait'));
  await waiting;
  client.send(cancel('1'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"aborted: true"}');
  client.send(call('2', 'waitAndThrow') + cancel('2'));
  expect(await client.next()).toBe(
    '{"type":3,"invocationId":"2","error":"An unexpected error occurred invoking \'waitAndThrow\' on the server."}',
  );
  expect(logger.linesOf('error')).toEqual([]);
});

test('a queued plain call that is canceled gets an aborted signal when it runs', async () => {
  const client = await start();
  const waiting = once(events, 'waiting');
  client.send(call('1', 'wait') + call('2', 'wait'));
  await waiting;
  client.send(cancel('2') + cancel('1'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"aborted: true"}');
  expect(await client.next()).toBe('{"type":3,"invocationId":"2","result":"aborted: true"}');
});

test('eleven listeners of the signals of one connection cause no warning', async () => {
  const warnings: string[] = [];
  const collect = (warning: Error): void => void warnings.push(warning.name);
  process.on('warning', collect);
  const client = await start();
  for (let i = 0; i < 11; i++) client.send(call(`s${i}`, 'listenInStream', 4));
  for (let i = 0; i < 11; i++) await client.next();
  await new Promise((resolve) => setImmediate(resolve)); // warnings are emitted in the next tick
  process.off('warning', collect);
  expect(warnings).toEqual([]);
});
