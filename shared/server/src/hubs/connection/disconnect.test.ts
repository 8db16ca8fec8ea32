import { afterEach, expect, test } from 'vitest';
import { Hub, stream } from '../../index.ts';
import { settled } from '../../testing/event-loop.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { testServer, type TestServer } from '../../testing/index.ts';
import { collectGarbage } from '../../testing/memory/collect-garbage.ts';
import { TestTimeout } from '../../testing/test-timeout.ts';

let server: TestServer;
let onDisconnected: () => void = () => undefined;
let aborted = 0;
let disconnectedCount = 0;
class StuckHub extends Hub {
  override onDisconnected(): void {
    disconnectedCount++;
    onDisconnected();
  }
  never(): Promise<void> {
    this.context.connectionAborted.addEventListener('abort', () => aborted++);
    return new Promise(() => undefined);
  }
  neverReads(_items: AsyncIterable<unknown>): Promise<void> {
    return this.never();
  }
  async *neverYields(): AsyncGenerator<number> {
    yield 0;
    await this.never();
  }
  fine(): string {
    return 'fine';
  }
}

const RS = '\u001e';
const call = (target: string, more: object = {}): string =>
  JSON.stringify({ type: 1, invocationId: '1', target, arguments: [], ...more }) + RS;
const methods = {
  never: {},
  neverReads: { arguments: [stream] },
  neverYields: {},
  fine: {},
};
afterEach(() => server.close());

test('neither the disconnected hook nor closing the server waits for methods and streams that never return', async () => {
  server = await testServer((signalr) => signalr.mapHub('/hub', StuckHub, { methods }));
  const client = await RawClient.connect(`${server.url}/hub`);
  aborted = 0;
  const over = new Promise<void>((resolve) => (onDisconnected = resolve));
  client.send(call('NeverYields', { type: 4 }) + call('Never'));
  expect(await client.next()).toBe('{"type":2,"invocationId":"1","item":0}');
  client.close();
  await over;
  expect(aborted).toBe(2);
  const other = await RawClient.connect(`${server.url}/hub`);
  other.send(call('NeverYields', { type: 4 }) + call('Never') + call('Never'));
  await other.next();
  await server.close();
  expect(await other.end()).toEqual({ records: ['{"type":7,"allowReconnect":true}'], code: 1000 });
  expect(aborted).toBe(4); // the call behind the first never ran
});

test('closing the server sends what is buffered, aborts running calls, and sends no result of them', async () => {
  let isMethodDone = (): void => undefined;
  const methodDone = new Promise<void>((resolve) => (isMethodDone = resolve));
  class SlowHub extends Hub {
    async slow(): Promise<string> {
      await this.clients.caller.send('m', 1);
      const { connectionAborted } = this.context;
      await new Promise<void>((resolve) => {
        connectionAborted.addEventListener('abort', () => resolve());
        void this.clients.caller.send('m', 2);
        void server.signalr.close();
      });
      await this.clients.caller.send('m', 3); // no longer delivered, and no error
      isMethodDone();
      return 'too late';
    }
  }
  server = await testServer((signalr) => signalr.mapHub('/hub', SlowHub, { methods: ['slow'] }));
  const client = await RawClient.connect(`${server.url}/hub`);
  client.send(call('Slow'));
  expect((await client.end()).records).toEqual([
    '{"type":1,"target":"m","arguments":[1]}',
    '{"type":1,"target":"m","arguments":[2]}',
    '{"type":7,"allowReconnect":true}',
  ]);
  await methodDone;
});

test('closing the server waits for a disconnected hook no longer than the shutdown timeout', async () => {
  class HangingHub extends StuckHub {
    override onDisconnected(): Promise<void> {
      onDisconnected();
      return new Promise(() => undefined);
    }
  }
  const logged: string[] = [];
  const log = (text: string): void => {
    logged.push(text);
  };
  const logger = { debug: log, info: log, warn: log, error: log };
  using shutdownTimeout = new TestTimeout();
  const options = { logger, shutdownTimeout: shutdownTimeout.ms };
  server = await testServer({ '/hub': { hub: HangingHub, methods } }, options);
  const over = new Promise<void>((resolve) => (onDisconnected = resolve));
  const first = await RawClient.connect(`${server.url}/hub`);
  const second = await RawClient.connect(`${server.url}/hub`);
  first.close();
  await over;
  await shutdownTimeout.elapseUntil(server.signalr.close());
  expect((await second.end()).code).toBe(1000);
  expect(logged).toContain(
    'onDisconnected of HangingHub did not return within shutdownTimeout. The server closed without waiting for it.',
  );
});

test('a client that disappears while reading is paused is noticed by the next pings', async () => {
  server = await testServer((signalr) =>
    signalr.mapHub('/hub', StuckHub, { methods, keepAliveInterval: 50 }),
  );
  const client = await RawClient.connect(`${server.url}/hub`);
  const over = new Promise<void>((resolve) => (onDisconnected = resolve));
  client.send(call('NeverReads', { streamIds: ['s'] }));
  const item = JSON.stringify({ type: 2, invocationId: 's', item: 'x'.repeat(10_000) }) + RS;
  for (let i = 0; i < 1000; i++) client.send(item);
  await settled(() => client.webSocket.bufferedAmount); // the server takes no more
  client.close();
  await over;
});

test('calls that never return keep no memory of closed connections', async () => {
  server = await testServer((signalr) => signalr.mapHub('/hub', StuckHub, { methods }));
  const round = async (): Promise<number> => {
    disconnectedCount = 0;
    const over = new Promise<void>(
      (resolve) => (onDisconnected = () => disconnectedCount === 250 && resolve()),
    );
    for (let i = 0; i < 5; i++) {
      const clients = await Promise.all(
        Array.from({ length: 50 }, () => RawClient.connect(`${server.url}/hub`)),
      );
      for (const client of clients) {
        client.send(
          call('NeverReads', { streamIds: ['s'] }) +
            call('NeverYields', { type: 4 }) +
            call('Fine'),
        );
        client.send(JSON.stringify({ type: 2, invocationId: 's', item: 'x'.repeat(10_000) }) + RS);
      }
      await Promise.all(clients.map((client) => client.next()));
      for (const client of clients) client.close();
    }
    await over;
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  await round();
  const before = await round();
  const after = await round();
  expect(after - before).toBeLessThan(1_500_000); // 250 uploads that leaked would be 2.5 MB alone
});
