import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type RequestOptions } from 'node:http';
import {
  Agent as TlsAgent,
  createServer as createTlsServer,
  request as tlsRequest,
} from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { Hub, SignalRServer } from '../../index.ts';
import { closeAll, closeLater, listen } from '../../testing/host-suite.ts';
import { selfSigned } from '../../testing/self-signed-suite.ts';

afterEach(closeAll);

class ChatHub extends Hub {}

/** The headers with which the HTTP clients of Java and `curl --http2` ask for HTTP/2. */
const h2c = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' };

/** Starts an app with a hub at /chat, and a route at /orders that returns the body of a POST. */
function createApp(): { readonly app: express.Express; readonly signalr: SignalRServer } {
  const signalr = new SignalRServer();
  signalr.mapHub('/chat', ChatHub, { methods: [] });
  closeLater(() => signalr.close());
  const app = express();
  app.use(signalr.router());
  app.post('/orders', express.text(), (orders, response) => {
    response.json({ body: orders.body as unknown, headers: Object.keys(orders.headers) });
  });
  return { app, signalr };
}

type Send = (
  path: string,
  options: RequestOptions,
  body?: string,
) => Promise<{
  readonly status: number | undefined;
  readonly body: string;
  readonly socket: Socket;
}>;

/** Returns a client that sends all its requests over one connection. */
function createClient(url: string): Send {
  const isEncrypted = url.startsWith('https');
  const settings = { keepAlive: true, maxSockets: 1, rejectUnauthorized: false };
  const agent = isEncrypted ? new TlsAgent(settings) : new Agent(settings);
  closeLater(async () => agent.destroy());
  return async (path, options, body) => {
    const sent = (isEncrypted ? tlsRequest : request)(url + path, { ...options, agent });
    // The body arrives after the head.
    sent.flushHeaders();
    const [socket] = (await once(sent, 'socket')) as [Socket];
    if (body !== undefined) sent.write(body);
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode, body: await text(response), socket };
  };
}

test.each(['http', 'https'])(
  'a request that asks for HTTP/2 is served by the app and the hub, with its body: %s',
  async (protocol) => {
    const { app, signalr } = createApp();
    const server = protocol === 'http' ? createServer(app) : createTlsServer(selfSigned(), app);
    server.keepAliveTimeout = 0; // no limit, so that a slow machine does not end the connection
    signalr.attach(server);
    const send = createClient(await listen(server, protocol));
    const headers = { ...h2c, 'Content-Type': 'text/plain' };
    const first = await send('/orders', { method: 'POST', headers }, 'an order');
    expect(JSON.parse(first.body)).toEqual({
      body: 'an order',
      headers: expect.not.arrayContaining(['upgrade', 'http2-settings']) as string[],
    });
    const negotiated = await send('/chat/negotiate?negotiateVersion=1', {
      method: 'POST',
      headers,
    });
    const { connectionToken } = JSON.parse(negotiated.body) as { connectionToken: string };
    const path = `/chat?id=${connectionToken}`;
    expect((await send(path, { headers: h2c })).status).toBe(200);
    const handshake = '{"protocol":"json","version":1}\u001e';
    expect((await send(path, { method: 'POST', headers }, handshake)).status).toBe(200);
    const poll = await send(path, {});
    expect(poll.body).toBe('{}\u001e');
    expect(poll.socket).toBe(first.socket);
    expect((await send(path, { method: 'DELETE' })).status).toBe(202);
  },
);

test("a request that asks for HTTP/2 does not reach the app's own WebSocketServer", async () => {
  const { app, signalr } = createApp();
  const server = createServer(app);
  const own = new WebSocketServer({ server, path: '/own' });
  closeLater(async () => own.close());
  signalr.attach(server);
  const send = createClient(await listen(server));
  const headers = { ...h2c, 'Content-Type': 'text/plain' };
  const { status, body } = await send('/orders', { method: 'POST', headers }, 'an order');
  expect([status, body]).toEqual([200, expect.stringContaining('"an order"')]);
});

test('a POST with the headers of a WebSocket, as some proxies send it, is an ordinary request', async () => {
  const { app, signalr } = createApp();
  const server = createServer(app);
  const own = new WebSocketServer({ server, path: '/own' });
  closeLater(async () => own.close());
  signalr.attach(server);
  const send = createClient(await listen(server));
  const proxied = { Connection: 'Upgrade', Upgrade: 'WebSocket', 'Content-Type': 'text/plain' };
  const order = await send('/orders', { method: 'POST', headers: proxied }, 'an order');
  expect(order.body).toContain('"an order"');
  const negotiated = await send('/chat/negotiate?negotiateVersion=1', {
    method: 'POST',
    headers: proxied,
  });
  const { connectionToken } = JSON.parse(negotiated.body) as { connectionToken: string };
  const path = `/chat?id=${connectionToken}`;
  expect((await send(path, {})).status).toBe(200);
  const handshake = '{"protocol":"json","version":1}\u001e';
  expect((await send(path, { method: 'POST', headers: proxied }, handshake)).status).toBe(200);
  expect((await send(path, {})).body).toBe('{}\u001e');
  expect((await send(path, { method: 'DELETE', headers: proxied })).status).toBe(202);
});

test('an unknown protocol is ignored, unless other code listens to upgrades', async () => {
  const { app, signalr } = createApp();
  const server = createServer(app);
  signalr.attach(server);
  const send = createClient(await listen(server));
  const headers = { Connection: 'Upgrade', Upgrade: 'foo', 'Content-Type': 'text/plain' };
  const { body } = await send('/orders', { method: 'POST', headers }, 'an order');
  expect(body).toContain('"an order"');
  server.on('upgrade', ({ url }: IncomingMessage, socket: Socket) => {
    socket.end(`HTTP/1.1 418 Teapot\r\nContent-Length: ${url?.length}\r\n\r\n${url}`);
  });
  expect(await send('/chat', { headers })).toMatchObject({ status: 418, body: '/chat' });
});
