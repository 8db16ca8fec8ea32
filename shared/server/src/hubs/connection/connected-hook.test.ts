import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { Hub } from '../../index.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { testServer, type TestServer } from '../../testing/index.ts';

let server: TestServer | undefined;
let calls: string[] = [];
let logged: string[] = [];
const log = (text: string): void => void logged.push(text);
const logger = { debug: () => undefined, info: log, warn: log, error: log };
afterEach(async () => {
  await server?.close();
  calls = [];
  logged = [];
});

test('the disconnected hook does not run if the connected hook failed', async () => {
  class RefusingHub extends Hub {
    override onConnected(): void {
      calls.push('connected');
      throw new Error('refused');
    }
    override onDisconnected(): void {
      calls.push('disconnected');
    }
  }
  server = await testServer((signalr) => signalr.mapHub('/hub', RefusingHub, { methods: {} }), {
    logger,
  });
  const client = await RawClient.connect(`${server.url}/hub`);
  await client.end();
  await server.close();
  expect(calls).toEqual(['connected']);
  expect(logged).toEqual(['onConnected of RefusingHub failed. The connection was closed.']);
});

test('a factory that throws is called once and logged once', async () => {
  class BrokenHub extends Hub {}
  const create = (): BrokenHub => {
    calls.push('create');
    throw new Error('no database');
  };
  server = await testServer(
    (signalr) => signalr.mapHub('/hub', { hub: BrokenHub, create }, { methods: {} }),
    { logger },
  );
  const client = await RawClient.connect(`${server.url}/hub`);
  await client.end();
  await server.close();
  expect(calls).toEqual(['create']);
  expect(logged).toEqual(['onConnected of BrokenHub failed. The connection was closed.']);
});

test('the disconnected hook waits for a connected hook that still runs', async () => {
  const events = new EventTarget();
  class SlowHub extends Hub {
    override async onConnected(): Promise<void> {
      events.dispatchEvent(new Event('started'));
      await once(events, 'continue');
      calls.push('connected');
    }
    override onDisconnected(): void {
      calls.push('disconnected');
      events.dispatchEvent(new Event('over'));
    }
  }
  server = await testServer((signalr) => signalr.mapHub('/hub', SlowHub, { methods: {} }), {
    logger,
  });
  const started = once(events, 'started');
  const over = once(events, 'over');
  const client = await RawClient.connect(`${server.url}/hub`);
  await started;
  client.close();
  await client.end();
  events.dispatchEvent(new Event('continue'));
  await over;
  expect(calls).toEqual(['connected', 'disconnected']);
});
