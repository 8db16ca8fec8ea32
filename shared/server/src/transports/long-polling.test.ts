import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, test } from 'vitest';
import { Hub } from '../index.ts';
import { testServer } from '../testing/index.ts';
import { RawPollingClient } from '../testing/raw-http-client.ts';
import { TestTimeout } from '../testing/test-timeout.ts';
import { call, transportSuite } from '../testing/transport-suite.ts';

transportSuite('LongPolling', (url) => new RawPollingClient().connect(url));

let onStarted = (): void => undefined;
let onAborted = (): void => undefined;
class SlowHub extends Hub {
  async wait(): Promise<void> {
    onStarted();
    await new Promise<void>((resolve) =>
      this.context.connectionAborted.addEventListener('abort', () => resolve(), { once: true }),
    );
    onAborted();
  }
}
const HANDSHAKE = '{"protocol":"json","version":1}\u001e';
const negotiate = async (url: string): Promise<string> => {
  const answer = await fetch(`${url}/negotiate?negotiateVersion=1`, { method: 'POST' });
  return `${url}?id=${((await answer.json()) as { connectionToken: string }).connectionToken}`;
};
const post = (url: string, body: string) => fetch(url, { method: 'POST', body });

test('before the first poll, a few bytes of POSTs are kept, and the others wait unread', async () => {
  const server = await testServer((signalr) =>
    signalr.mapHub('/hub', SlowHub, { methods: ['wait'], transportMaxBufferSize: 1000 }),
  );
  const url = await negotiate(`${server.url}/hub`);
  expect((await post(url, HANDSHAKE)).status).toBe(200);
  let held = true;
  const large = post(url, `{"type":6,"x":"${'x'.repeat(2000)}"}\u001e`).finally(
    () => (held = false),
  );
  const refused = await Promise.all(
    Array.from({ length: 70 }, () => post(url, '{"type":6}\u001e').then((r) => r.status)).slice(63),
  );
  expect(refused).toEqual(refused.map(() => 503));
  expect(held).toBe(true);
  expect((await fetch(url)).status).toBe(200);
  expect((await large).status).toBe(200);
  expect(await (await fetch(url)).text()).toBe('{}\u001e');
  await fetch(url, { method: 'DELETE' });
  await server.close();
});

test('while calls wait, further POSTs are answered', async () => {
  const server = await testServer((signalr) =>
    signalr.mapHub('/hub', SlowHub, { methods: ['wait'] }),
  );
  const url = await negotiate(`${server.url}/hub`);
  await fetch(url);
  const started = new Promise<void>((resolve) => (onStarted = resolve));
  await post(url, HANDSHAKE + call('1', 'Wait'));
  await started;
  const waiting = Array.from({ length: 200 }, (_, i) => call(`w${i}`, 'Unknown')).join('');
  expect((await post(url, waiting)).status).toBe(200); // reading pauses
  expect((await post(url, call('last', 'Unknown'))).status).toBe(200);
  await fetch(url, { method: 'DELETE' });
  await server.close();
});

test('a POST that breaks off before its body does not close the connection', async () => {
  const server = await testServer((signalr) =>
    signalr.mapHub('/hub', SlowHub, { methods: ['wait'] }),
  );
  const url = await negotiate(`${server.url}/hub`);
  await fetch(url);
  const arrived = once(server.server, 'request') as Promise<[IncomingMessage]>;
  const broken = request(url, { method: 'POST', headers: { 'Content-Length': 100 } });
  broken.on('error', () => undefined);
  broken.flushHeaders();
  const [incoming] = await arrived;
  broken.destroy();
  incoming.on('error', () => undefined);
  await new Promise((resolve) => incoming.on('close', resolve));
  expect((await post(url, HANDSHAKE)).status).toBe(200);
  expect(await (await fetch(url)).text()).toBe('{}\u001e');
  await fetch(url, { method: 'DELETE' });
  await server.close();
});

test('a client that POSTs and never polls is removed, with its open POSTs', async () => {
  const options = {
    methods: ['wait'],
    transportMaxBufferSize: 10,
    disconnectTimeout: 200,
  } as const;
  const server = await testServer((signalr) => signalr.mapHub('/hub', SlowHub, options));
  const url = await negotiate(`${server.url}/hub`);
  expect((await post(url, HANDSHAKE)).status).toBe(404);
  await server.close();
});

test('DELETE during a call ends the poll and the call, and a second DELETE returns 404', async () => {
  const server = await testServer((signalr) =>
    signalr.mapHub('/hub', SlowHub, { methods: ['wait'] }),
  );
  const url = await negotiate(`${server.url}/hub`);
  await fetch(url);
  const started = new Promise<void>((resolve) => (onStarted = resolve));
  const aborted = new Promise<void>((resolve) => (onAborted = resolve));
  await post(url, HANDSHAKE + call('1', 'Wait'));
  expect(await (await fetch(url)).text()).toBe('{}\u001e');
  const poll = fetch(url);
  await started;
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(202);
  expect((await poll).status).toBe(204);
  await aborted;
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(404);
  expect((await post(url, '{"type":6}\u001e')).status).toBe(404);
  await server.close();
});

test('data after a canceled poll waits for the next poll', async () => {
  const server = await testServer((signalr) =>
    signalr.mapHub('/hub', SlowHub, { methods: ['wait'] }),
  );
  const url = await negotiate(`${server.url}/hub`);
  await fetch(url);
  const gone = new AbortController();
  const poll = fetch(url, { signal: gone.signal });
  gone.abort();
  await expect(poll).rejects.toThrow('abort');
  await post(url, HANDSHAKE);
  expect(await (await fetch(url)).text()).toBe('{}\u001e');
  await fetch(url, { method: 'DELETE' });
  await server.close();
});

test('a client that receives the Close message and stays away does not delay closing', async () => {
  using disconnectTimeout = new TestTimeout(4999); // less than the close timeout of 5 s
  const server = await testServer((signalr) =>
    signalr.mapHub('/hub', SlowHub, { methods: ['wait'], disconnectTimeout: disconnectTimeout.ms }),
  );
  const url = await negotiate(`${server.url}/hub`);
  await fetch(url);
  await post(url, HANDSHAKE);
  const closed = server.close();
  expect(await (await fetch(url)).text()).toContain('"type":7');
  await disconnectTimeout.elapseUntil(closed);
});
