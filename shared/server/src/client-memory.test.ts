import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { type AuthenticationHandler, Hub } from './index.ts';
import {
  ClientResultsManager,
  MAXIMUM_PENDING_RESULTS,
} from './scale-out/client-results-manager.ts';
import { settled, turns } from './testing/event-loop.ts';
import { testServer, type TestServer } from './testing/index.ts';
import { collectGarbage } from './testing/memory/collect-garbage.ts';
import { RawClient } from './testing/raw-client.ts';
import { RawPollingClient } from './testing/raw-http-client.ts';
import { TestTimeout } from './testing/test-timeout.ts';
import { CLOSE_TIMEOUT } from './transports/buffered-transport.ts';

class EchoHub extends Hub {
  echo(text: string): string {
    return text;
  }
}

const HANDSHAKE = '{"protocol":"json","version":1}\u001e';
let server: TestServer;
const requests: ClientRequest[] = [];
afterEach(async () => {
  for (const open of requests.splice(0)) open.destroy();
  await server.close();
});

const negotiate = async (version = 1): Promise<string> => {
  const target = `${server.url}/hub/negotiate?negotiateVersion=${version}`;
  const response = await fetch(target, { method: 'POST' });
  return ((await response.json()) as { connectionToken: string }).connectionToken;
};

/** Starts a POST whose body has `length` bytes, and sends `body` of it. */
function startPost(token: string, body: string, length = body.length): ClientRequest {
  const post = request(`${server.url}/hub?id=${token}`, {
    method: 'POST',
    headers: { 'Content-Length': length },
    agent: false,
  });
  post.on('error', () => undefined);
  requests.push(post);
  post.write(body);
  return post;
}

async function expectService(): Promise<void> {
  const client = await new RawPollingClient().connect(`${server.url}/hub`);
  client.send('{"type":1,"invocationId":"1","target":"Echo","arguments":["x"]}\u001e');
  expect(await client.next()).toContain('"result":"x"');
  client.close();
}

test('POSTs to connections that are not open share a budget, and other clients are served', async () => {
  server = await testServer({ '/hub': { hub: EchoHub, methods: ['echo'] } });
  const size = 60_000;
  const attempts = 64;
  let keptCount = 0;
  for (let i = 0; i < attempts; i++) {
    startPost(await negotiate(), 'x'.repeat(size)).on('response', () => keptCount++);
    await turns(20);
  }
  await expect.poll(() => keptCount).toBe(Math.floor((1024 * 1024) / size));
  await turns(100);
  expect(keptCount).toBe(Math.floor((1024 * 1024) / size));
  await expectService();
});

test('slow POSTs end when their connection closes', async () => {
  server = await testServer({ '/hub': { hub: EchoHub, methods: ['echo'] } });
  const token = await negotiate();
  await fetch(`${server.url}/hub?id=${token}`);
  let arrivedCount = 0;
  server.server.on('request', () => arrivedCount++);
  const started = Array.from({ length: 64 }, () => startPost(token, HANDSHAKE, 1000));
  const statuses = Promise.all(
    started.map(async (post) => {
      const [response] = (await once(post, 'response')) as [{ statusCode: number }];
      await once(post, 'close');
      return response.statusCode;
    }),
  );
  await expect.poll(() => arrivedCount).toBe(64);
  expect((await fetch(`${server.url}/hub?id=${token}`, { method: 'DELETE' })).status).toBe(202);
  expect(new Set(await statuses)).toEqual(new Set([404]));
  await expect.poll(() => countConnections()).toBeLessThan(10);
});

const countConnections = (): Promise<number> =>
  new Promise((resolve, reject) =>
    server.server.getConnections((error, count) =>
      error === null ? resolve(count) : reject(error),
    ),
  );

/** Returns the memory that the process uses after a garbage collection, in bytes. */
function usedMemory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Waits until the process uses at most `bytes` more than before. The memory of buffers that are
 * collected is released a little later.
 */
async function expectLittleMemory(before: number, bytes: number): Promise<void> {
  const use = (): void => expect(usedMemory() - before).toBeLessThan(bytes);
  await vi.waitFor(use, { timeout: 30_000 });
}

/** One masked WebSocket frame of a client. The mask is 0. */
function clientFrame(opcode: number, payload: Buffer, isFinal: boolean, length = payload.length) {
  const header = Buffer.alloc(14);
  header[0] = (isFinal ? 0x80 : 0) | opcode;
  header[1] = 0x80 | 127;
  header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}
const CONTINUATION = 0;
const TEXT = 1;

const socketOf = (client: RawClient): Socket =>
  (client.webSocket as unknown as { _socket: Socket })._socket;

/** Sends bytes. Resolves when the server has read all of them, or has closed the connection. */
const sendBytes = (client: RawClient, bytes: Buffer): Promise<void> =>
  new Promise((resolve) => socketOf(client).write(bytes, () => resolve()));

test('a hub message that never ends keeps at most the limit of a hub message', async () => {
  server = await testServer({ '/hub': { hub: EchoHub, methods: ['echo'] } });
  const url = `${server.url}/hub`;
  const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.connect(url)));
  const before = usedMemory();
  const part = clientFrame(CONTINUATION, Buffer.alloc(100, 'x'), false);
  for (const client of clients) {
    socketOf(client).write(clientFrame(TEXT, Buffer.alloc(68, 'x'), false));
    await sendBytes(client, Buffer.concat(Array.from({ length: 327 }, () => part)));
  }
  await expectService();
  await expectLittleMemory(before, clients.length * 65_536);
  for (const client of clients) await sendBytes(client, part);
  const codes = await Promise.all(clients.map(async (client) => (await client.end()).code));
  expect(new Set(codes)).toEqual(new Set([1000]));
});

test('a WebSocket message of 32 MB with small hub messages takes no memory', async () => {
  server = await testServer({ '/hub': { hub: EchoHub, methods: ['echo'] } });
  const client = await RawClient.connect(`${server.url}/hub`);
  const before = usedMemory();
  const ping = `{"type":6,"text":"${'x'.repeat(1000)}"}\u001e`;
  const call = '{"type":1,"invocationId":"1","target":"Echo","arguments":["x"]}\u001e';
  const pings = Buffer.from(ping.repeat(1000));
  const count = 32;
  const length = count * pings.length + call.length;
  await sendBytes(client, clientFrame(TEXT, Buffer.alloc(0), true, length));
  for (let i = 0; i < count; i++) await sendBytes(client, pings);
  await expectLittleMemory(before, 5_000_000);
  await sendBytes(client, Buffer.from(call));
  expect(await client.next()).toContain('"result":"x"');
  client.close();
});

test('small messages that never end do not close a connection', async () => {
  server = await testServer({ '/hub': { hub: EchoHub, methods: ['echo'] } });
  const client = await RawClient.connect(`${server.url}/hub`);
  const call = Buffer.from('{"type":1,"invocationId":"1","target":"Echo","arguments":["x"]}\u001e');
  const socket = socketOf(client);
  socket.write(clientFrame(TEXT, call.subarray(0, 10), false));
  client.webSocket.ping();
  socket.write(clientFrame(CONTINUATION, call.subarray(10), true));
  expect(await client.next()).toContain('"result":"x"');
  client.close();
});

test('a message may have any number of fragments, which take no memory', async () => {
  server = await testServer({ '/hub': { hub: EchoHub, methods: ['echo'] } });
  const client = await RawClient.connect(`${server.url}/hub`);
  const call = '{"type":1,"invocationId":"1","target":"Echo","arguments":["x"]}\u001e';
  const before = usedMemory();
  const empty = clientFrame(CONTINUATION, Buffer.alloc(0), false);
  const space = clientFrame(CONTINUATION, Buffer.from(' '), false);
  const parts = Buffer.concat(Array.from({ length: 10_000 }, () => [empty, space]).flat());
  await sendBytes(client, clientFrame(TEXT, Buffer.alloc(0), false));
  // 30,000 spaces and a call are less than the limit of a hub message.
  for (let i = 0; i < 3; i++) await sendBytes(client, parts);
  await expectLittleMemory(before, 5_000_000);
  await sendBytes(client, clientFrame(CONTINUATION, Buffer.from(call), true));
  expect(await client.next()).toContain('"result":"x"');
  client.close();
});

test('the handshake timeout closes a client that sends fragments', async () => {
  using handshakeTimeout = new TestTimeout();
  using closeTimeout = new TestTimeout(CLOSE_TIMEOUT);
  const options = { methods: ['echo'], handshakeTimeout: handshakeTimeout.ms } as const;
  server = await testServer((signalr) => signalr.mapHub('/hub', EchoHub, options));
  const client = await RawClient.open(`${server.url}/hub`);
  client.webSocket.removeAllListeners('message');
  const socket = socketOf(client);
  // `once` would reject if the server resets the connection.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  socket.write(clientFrame(TEXT, Buffer.from('x'), false));
  const timer = setInterval(() => {
    if (socket.writable) socket.write(clientFrame(CONTINUATION, Buffer.from('x'), false));
  }, 1);
  await closeTimeout.elapseUntil(handshakeTimeout.elapseUntil(closed));
  clearInterval(timer);
});

test('empty and small messages before the handshake take no memory', async () => {
  server = await testServer({ '/hub': { hub: EchoHub, methods: ['echo'] } });
  const client = await RawClient.open(`${server.url}/hub`);
  const before = usedMemory();
  const empty = Buffer.concat(
    Array.from({ length: 10_000 }, () => Buffer.of(0x81, 0x80, 0, 0, 0, 0)),
  );
  for (let i = 0; i < 50; i++) {
    await new Promise<void>((resolve) => socketOf(client).write(empty, () => resolve()));
  }
  for (let i = 0; i < 20_000; i++) client.send('x');
  await settled(() => socketOf(client).bytesWritten);
  await expectLittleMemory(before, 4_000_000);
  client.close();
});

test('a flood of calls does not delay the call of another client', async () => {
  let floodCount = 0;
  class CountingHub extends Hub {
    count(): void {
      floodCount++;
    }
    floods(): number {
      return floodCount;
    }
  }
  server = await testServer({ '/hub': { hub: CountingHub, methods: ['count', 'floods'] } });
  const flooding = await RawClient.connect(`${server.url}/hub`);
  const other = await RawClient.connect(`${server.url}/hub`);
  const batch = '{"type":1,"target":"Count","arguments":[]}\u001e'.repeat(1000);
  for (let i = 0; i < 50; i++) flooding.send(batch);
  other.send('{"type":1,"invocationId":"1","target":"Floods","arguments":[]}\u001e');
  const result = JSON.parse((await other.next())?.replace('\u001e', '') ?? '') as {
    result: number;
  };
  expect(result.result).toBeLessThan(5000);
  await expect.poll(() => floodCount).toBe(50_000);
  flooding.close();
  other.close();
});

test('pending client results are limited for each connection, and end with it', async () => {
  class AskingHub extends Hub {
    async ask(): Promise<unknown> {
      const client = this.clients.client(this.context.connectionId);
      return client.invoke('GetName');
    }
  }
  server = await testServer({ '/hub': { hub: AskingHub, methods: ['ask'] } });
  const added = vi.spyOn(ClientResultsManager.prototype, 'add');
  const client = await RawClient.connect(`${server.url}/hub`);
  const count = 3000;
  for (let i = 0; i < count; i++) {
    client.send(`{"type":1,"invocationId":"${i}","target":"Ask","arguments":[]}\u001e`);
  }
  let refusedCount = 0;
  let invokedCount = 0;
  while (refusedCount + invokedCount < count) {
    const record = (await client.next()) ?? '';
    if (record.includes('pending invocations')) refusedCount++;
    else if (record.includes('"target":"GetName"')) invokedCount++;
  }
  expect([invokedCount, refusedCount]).toEqual([
    MAXIMUM_PENDING_RESULTS,
    count - MAXIMUM_PENDING_RESULTS,
  ]);
  const results = added.mock.contexts[0] as ClientResultsManager;
  client.close();
  await expect.poll(() => results.size).toBe(0);
  added.mockRestore();
});

/** Sends a body of 100 MB as fast as the server reads it. Resolves with the status, or 0. */
async function sendLargeBody(path: string): Promise<number> {
  const outgoing = request(`${server.url}${path}`, { method: 'POST', agent: false });
  requests.push(outgoing);
  let status = 0;
  outgoing.on('response', (response) => {
    status = response.statusCode ?? 0;
    response.resume();
  });
  outgoing.on('error', () => undefined); // the server may close the socket
  const closed = new Promise((resolve) => outgoing.on('close', resolve));
  const chunk = Buffer.alloc(1_000_000, 'x');
  for (let i = 0; i < 100 && !outgoing.destroyed; i++) {
    if (outgoing.write(chunk)) continue;
    await Promise.race([once(outgoing, 'drain').catch(() => undefined), closed]);
  }
  outgoing.end();
  await closed;
  return status;
}

test('a body of 100 MB to any endpoint takes no memory, and other clients are served', async () => {
  server = await testServer((signalr) =>
    signalr.mapHub('/hub', EchoHub, { methods: ['echo'], enableAuthenticationRefresh: true }),
  );
  const token = await negotiate();
  await fetch(`${server.url}/hub?id=${token}`);
  const before = usedMemory();
  expect(await sendLargeBody('/hub/negotiate?negotiateVersion=1')).toBe(200);
  expect(await sendLargeBody('/hub/refresh')).toBe(400);
  expect(await sendLargeBody('/hub?id=unknown')).toBe(404);
  await sendLargeBody(`/hub?id=${token}`); // closes its connection
  expect((await fetch(`${server.url}/hub?id=${token}`)).status).not.toBe(500);
  await expectLittleMemory(before, 20_000_000);
  await expectService();
});

test('an open WebSocket does not keep its upgrade request in memory', async () => {
  const upgradeRequests: WeakRef<object>[] = [];
  const authentication: AuthenticationHandler = {
    authenticate: ({ httpRequest }) => {
      upgradeRequests.push(new WeakRef(httpRequest));
      return {};
    },
  };
  const methods = { '/hub': { hub: EchoHub, methods: ['echo'] as const } };
  server = await testServer(methods, { authentication });
  const client = await RawClient.connect(`${server.url}/hub`);
  await turns(100);
  collectGarbage();
  expect(upgradeRequests).toHaveLength(1);
  expect(upgradeRequests[0]?.deref()).toBeUndefined();
  client.close();
});
