import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import compression from 'compression';
import cors from 'cors';
import express, { Router } from 'express';
import { fastify } from 'fastify';
import { createProxyServer } from 'http-proxy-3';
import { afterEach, describe, expect, test } from 'vitest';
import { Hub, SignalRServer } from '../index.ts';
import { LocalLifetimeManager } from '../scale-out/index.ts';
import { RawEventsClient } from '../testing/raw-http-client.ts';
import { acceptSelfSigned, selfSigned } from '../testing/self-signed-suite.ts';

class ChatHub extends Hub {
  echo(text: string): string {
    return text;
  }
  path(): string {
    return this.context.request.path;
  }
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) yield i;
  }
}

const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

/** Listens on a random port. Returns the URL without a path. */
async function listen(server: Server, scheme = 'http'): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closings.push(async () => {
    for (const socket of sockets) socket.destroy(); // closeAllConnections() passes over TLS that has not carried a request
    await new Promise((resolve) => server.close(resolve));
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function chat(): SignalRServer {
  const signalr = new SignalRServer();
  signalr.mapHub('/chat', ChatHub, { methods: ['echo', 'path', 'count'] });
  closings.push(() => signalr.close());
  return signalr;
}

const transports = ['WebSockets', 'ServerSentEvents', 'LongPolling'] as const;
type Transport = (typeof transports)[number];

/** The official client calls and streams. */
async function talk(url: string, name: Transport, skipNegotiation = false): Promise<unknown> {
  const connection = new HubConnectionBuilder()
    .withUrl(url, { transport: HttpTransportType[name], skipNegotiation })
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  const items: unknown[] = [];
  await new Promise<void>((complete, error) =>
    connection.stream('Count', 3).subscribe({ next: (item) => items.push(item), complete, error }),
  );
  expect(items).toEqual([0, 1, 2]);
  const path = await connection.invoke<string>('Path');
  expect(await connection.invoke('Echo', 'Grüße')).toBe('Grüße');
  await connection.stop();
  return path;
}

describe.each(transports)('%s', (name) => {
  test('with express', async () => {
    const signalr = chat();
    const server = createServer(express().use(signalr.router()) as RequestListener);
    signalr.attach(server);
    expect(await talk(`${await listen(server)}/chat`, name)).toBe('/chat');
  });

  test('under a prefix, in a nested app', async () => {
    const signalr = chat();
    const inner = express().use('/v1', Router().use(signalr.router()));
    const server = createServer(express().use('/api', inner) as RequestListener);
    signalr.attach(server);
    expect(await talk(`${await listen(server)}/api/v1/chat`, name)).toBe('/api/v1/chat');
  });

  test('with cors(), compression() and a middleware that reads text bodies', async () => {
    const signalr = chat();
    const app = express().use(
      cors(),
      compression({ threshold: 0 }),
      express.json(),
      express.text(),
      signalr.router(),
    );
    const server = createServer(app as RequestListener);
    signalr.attach(server);
    expect(await talk(`${await listen(server)}/chat`, name)).toBe('/chat');
  });

  test('without express', async () => {
    const signalr = chat();
    const server = createServer(signalr.router());
    signalr.attach(server);
    const url = await listen(server);
    expect(await talk(`${url}/chat`, name)).toBe('/chat');
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
  });

  test('with Fastify', async () => {
    const signalr = chat();
    const app = fastify();
    const handler = signalr.router();
    app.addHook('onRequest', (request, reply, next) =>
      handler(request.raw, reply.raw, next as () => void),
    );
    app.get('/', () => 'home');
    signalr.attach(app.server);
    closings.push(() => app.close());
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    expect(await talk(`${url}/chat`, name)).toBe('/chat');
    expect(await (await fetch(url)).text()).toBe('home');
  });

  test('behind a server with TLS', async () => {
    const { key, cert } = selfSigned();
    const signalr = chat();
    const server = createSecureServer({ key, cert }, signalr.router());
    signalr.attach(server);
    const url = await listen(server as unknown as Server, 'https');
    closings.push(acceptSelfSigned());
    expect(await talk(`${url}/chat`, name)).toBe('/chat');
  });

  test('behind a reverse proxy', async () => {
    const signalr = chat();
    const server = createServer(signalr.router());
    signalr.attach(server);
    const proxy = createProxyServer({ target: await listen(server), ws: true });
    proxy.on('error', () => undefined);
    const front = createServer((request, response) => proxy.web(request, response));
    front.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head));
    expect(await talk(`${await listen(front)}/chat`, name)).toBe('/chat');
  });
});

test('a client that skips negotiation finds a hub under a prefix by basePath', async () => {
  const signalr = chat();
  const server = createServer(express().use('/api', signalr.router()) as RequestListener);
  signalr.attach(server, { basePath: '/api/' });
  expect(await talk(`${await listen(server)}/API/chat`, 'WebSockets', true)).toBe('/API/chat');
});

test('a pattern matches every prefix, and the server keeps nothing for each', async () => {
  const signalr = chat();
  const server = createServer(express().use('/:tenant', signalr.router()) as RequestListener);
  signalr.attach(server);
  const url = await listen(server);
  for (let i = 0; i < 100; i++) await fetch(`${url}/tenant${i}/chat/negotiate`, { method: 'POST' });
  for (const tenant of ['tenant0', 'another', 'tenant99']) {
    expect(await talk(`${url}/${tenant}/chat`, 'WebSockets')).toBe(`/${tenant}/chat`);
  }
});

test('compression does not delay an event stream and applies to other responses', async () => {
  const signalr = chat();
  const app = express().use(compression({ threshold: 0 }), signalr.router());
  const url = `${await listen(createServer(app as RequestListener))}/chat`;
  const negotiated = await fetch(`${url}/negotiate?negotiateVersion=1`, { method: 'POST' });
  expect(negotiated.headers.get('content-encoding')).toMatch(/br|gzip/);
  const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
  const leaves = new AbortController();
  const headers = { accept: 'text/event-stream', 'accept-encoding': 'gzip, br' };
  const stream = await fetch(`${url}?id=${connectionToken}`, { headers, signal: leaves.signal });
  expect(stream.headers.get('content-encoding')).toBe('identity');
  const first = await stream.body?.getReader().read();
  expect(Buffer.from(first?.value as Uint8Array).toString()).toBe(':\r\n');
  leaves.abort();
});

test('if a middleware has consumed the body as JSON, the client gets an error and the log explains it', async () => {
  const logged: string[] = [];
  const log = (text: string): void => void logged.push(text);
  const signalr = new SignalRServer({ logger: { debug: log, info: log, warn: log, error: log } });
  signalr.mapHub('/chat', ChatHub, { methods: ['echo', 'path', 'count'] });
  closings.push(() => signalr.close());
  const app = express().use(express.json({ type: () => true }), signalr.router());
  const client = await new RawEventsClient().open(
    `${await listen(createServer(app as RequestListener))}/chat`,
  );
  expect(await client.post('{}')).toBe(400);
  expect(logged).toEqual([
    expect.stringContaining('Mount the router before middleware that reads bodies.'),
  ]);
  client.close();
});

test('the official client follows the redirect of a lifetime manager with its token', async () => {
  const elsewhere = chat();
  const authorizations: (string | undefined)[] = [];
  const router = elsewhere.router();
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    router(request, response);
  });
  elsewhere.attach(server);
  const url = `${await listen(server)}/chat`;
  const negotiate = () => Promise.resolve({ url, accessToken: 'secret' });
  const sends = new SignalRServer({
    scaleOut: () => Object.assign(new LocalLifetimeManager(), { negotiate }),
  });
  sends.mapHub('/here', ChatHub, { methods: ['echo', 'path', 'count'] });
  closings.push(() => sends.close());
  const here = `${await listen(createServer(sends.router()))}/here`;
  const answer = await fetch(`${here}/negotiate?negotiateVersion=1`, { method: 'POST' });
  expect(await answer.text()).toBe(
    `{"negotiateVersion":0,"url":"${url}","accessToken":"secret","availableTransports":[]}`,
  );
  expect(await talk(here, 'LongPolling')).toBe('/chat');
  expect(new Set(authorizations)).toEqual(new Set(['Bearer secret']));
});

test('a server that closes refuses new clients and answers the polls of existing ones', async () => {
  const signalr = chat();
  const url = `${await listen(createServer(signalr.router()))}/chat`;
  const negotiate = () => fetch(`${url}/negotiate?negotiateVersion=1`, { method: 'POST' });
  const tokens = await Promise.all(
    [0, 1].map(
      async () =>
        ((await (await negotiate()).json()) as { connectionToken: string }).connectionToken,
    ),
  );
  const [polling, unused] = tokens.map((token) => `${url}?id=${token}`) as [string, string];
  await fetch(polling);
  await fetch(polling, { method: 'POST', body: '{"protocol":"json","version":1}\u001e' });
  const closed = signalr.close();
  const refused = await negotiate();
  // Otherwise, the client would try again on the same TCP connection, and reach the same server.
  expect([refused.status, refused.headers.get('connection')]).toEqual([503, 'close']);
  expect((await fetch(unused)).status).toBe(503);
  expect(await (await fetch(polling)).text()).toBe(
    '{}\u001e{"type":7,"allowReconnect":true}\u001e',
  );
  expect((await fetch(polling)).status).toBe(204);
  await closed;
});
