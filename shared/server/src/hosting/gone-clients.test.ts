import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { Gate } from '../connections/gate.ts';
import { Hub, SignalRServer, type SignalRServerOptions } from '../index.ts';
import { turns } from '../testing/event-loop.ts';
import { closeAll, closeLater, listen } from '../testing/host-suite.ts';
import { TestTimeout } from '../testing/test-timeout.ts';
import { CLOSE_TIMEOUT } from '../transports/buffered-transport.ts';

afterEach(closeAll);

class EmptyHub extends Hub {}

const HANDSHAKE = '{"protocol":"json","version":1}\u001e';
const eventStream = { accept: 'text/event-stream' };

function createSignalR(options: SignalRServerOptions = {}): SignalRServer {
  const signalr = new SignalRServer(options);
  signalr.mapHub('/hub', EmptyHub, { methods: [] });
  closeLater(() => signalr.close());
  return signalr;
}

const connectionsOf = (signalr: SignalRServer): unknown =>
  signalr.health().entries['EmptyHub']?.data?.['connections'];

async function negotiate(url: string): Promise<string> {
  const response = await fetch(`${url}/hub/negotiate?negotiateVersion=1`, { method: 'POST' });
  const { connectionToken } = (await response.json()) as { connectionToken: string };
  return `/hub?id=${connectionToken}`;
}

/** A middleware that lets a GET wait. It never loses the request of a client that leaves. */
function createWaitingMiddleware() {
  const arrived = new Gate();
  const released = new Gate();
  const wait = async (response: { on(event: 'close', listener: () => void): unknown }) => {
    const closed = new Promise<void>((resolve) => response.on('close', resolve));
    arrived.open();
    await closed;
    await released.wait();
  };
  return { arrived, released, wait };
}

test.each([
  ['Server-Sent Events', eventStream],
  ['Long Polling', {}],
])(
  'a client of %s that leaves while its request waits gets no connection',
  async (_name, headers) => {
    const signalr = createSignalR();
    const { arrived, released, wait } = createWaitingMiddleware();
    const router = signalr.router();
    const served = new Gate();
    const server = createServer((request, response) => {
      if (request.method === 'POST') return router(request, response);
      void wait(response).then(() => {
        router(request, response);
        served.open();
      });
    });
    const url = await listen(server);
    const path = await negotiate(url);
    const leaves = new AbortController();
    const isArrived = arrived.wait();
    const request = fetch(url + path, { headers, signal: leaves.signal });
    await isArrived;
    leaves.abort();
    await expect(request).rejects.toThrow('abort');
    await releaseOf(released, served);
    await turns(5);
    expect(connectionsOf(signalr)).toBe(0);
  },
);

/** Lets the waiting request continue when it waits for that, and resolves when it is served. */
async function releaseOf(released: Gate, served: Gate): Promise<void> {
  const isServed = served.wait();
  await expect.poll(() => released.isAwaited).toBe(true);
  released.open();
  await isServed;
}

test('a client of HTTP/2 that leaves while its request waits gets no connection', async () => {
  const signalr = createSignalR();
  const { arrived, released, wait } = createWaitingMiddleware();
  const router = signalr.router();
  const served = new Gate();
  const server = createHttp2Server((request, response) => {
    if (request.method === 'POST') return router(request, response);
    void wait(response.stream).then(() => {
      router(request, response);
      served.open();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater(() => new Promise((resolve) => server.close(resolve)));
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  closeLater(() => session.destroy());
  const negotiation = session.request({
    ':method': 'POST',
    ':path': '/hub/negotiate?negotiateVersion=1',
  });
  negotiation.end();
  const [body] = (await once(negotiation, 'data')) as [Buffer];
  const { connectionToken } = JSON.parse(body.toString()) as { connectionToken: string };
  const isArrived = arrived.wait();
  const stream = session.request({ ':path': `/hub?id=${connectionToken}`, ...eventStream });
  stream.on('error', () => undefined);
  await isArrived;
  stream.close(8);
  await releaseOf(released, served);
  await turns(5);
  expect(connectionsOf(signalr)).toBe(0);
});

test('an event stream that waits behind a poll of the same socket ends with its client', async () => {
  using handshakeTimeout = new TestTimeout();
  using closeTimeout = new TestTimeout(CLOSE_TIMEOUT);
  const signalr = createSignalR({ handshakeTimeout: handshakeTimeout.ms });
  const server = createServer(signalr.router());
  const url = await listen(server);
  const [poll, events] = [await negotiate(url), await negotiate(url)];
  await fetch(url + poll);
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const get = (path: string, headers = ''): string =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
  socket.write(get(poll) + get(events, 'Accept: text/event-stream\r\n'));
  await expect.poll(() => connectionsOf(signalr)).toBe(2);
  socket.destroy();
  await fetch(url + poll, { method: 'DELETE' });
  const isEmpty = expect.poll(() => connectionsOf(signalr), { timeout: 20_000 }).toBe(0);
  await closeTimeout.elapseUntil(handshakeTimeout.elapseUntil(isEmpty));
});

test('a poll that another middleware answers loses no message and harms no other client', async () => {
  const signalr = createSignalR();
  const polls: ServerResponse[] = [];
  const app = express()
    .use((request, response, next) => {
      if (request.method === 'GET') polls.push(response);
      next();
    })
    .use(signalr.router());
  const url = await listen(createServer(app as RequestListener));
  const path = await negotiate(url);
  await fetch(url + path);
  const poll = fetch(url + path);
  await expect.poll(() => polls.length).toBe(2);
  polls[1]?.writeHead(503).write('Time');
  expect((await fetch(url + path, { method: 'POST', body: HANDSHAKE })).status).toBe(200);
  await turns(5);
  polls[1]?.end('out');
  expect(await (await poll).text()).toBe('Timeout');
  expect(await (await fetch(url + path)).text()).toBe('{}\u001e');
  await fetch(url + path, { method: 'DELETE' });
});
