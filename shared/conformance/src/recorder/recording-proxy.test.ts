import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { OpenedResources } from '@practical-signalr/lesson-kit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { readEvents } from './recorded-event.ts';
import { type RecordingProxy, startRecordingProxy } from './recording-proxy.ts';

const resources = new OpenedResources();
let target: Server;
let other: Server;
let proxy: RecordingProxy;
let file: string;
/** What reaches the two servers: the name of the server and the request target. */
let received: string[];

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Starts a server that answers 404 to everything, upgrades included. */
async function startServer(name: string): Promise<Server> {
  const server = createServer((request, response) => {
    received.push(`${name} ${request.url}`);
    response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  resources.add({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return server;
}

beforeEach(async () => {
  received = [];
  const folder = mkdtempSync(join(tmpdir(), 'signalr-record-'));
  resources.add({ close: () => rmSync(folder, { recursive: true }) });
  file = join(folder, 'session.jsonl');
  target = await startServer('target');
  other = await startServer('other');
  const address = `http://127.0.0.1:${portOf(target)}/ignored?ignored`;
  proxy = await startRecordingProxy({ target: address, file, port: 0 });
  resources.add(proxy);
});
afterEach(() => resources.close());

const upgradeHeaders = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** Sends a request with this target to the proxy. Resolves with the status. */
async function send(path: string, headers: IncomingHttpHeaders): Promise<number | undefined> {
  const { port } = new URL(proxy.url);
  const sent = httpRequest({ host: '127.0.0.1', port, path, headers, agent: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

test.each([
  ['a request', {}],
  ['an upgrade', upgradeHeaders],
])('%s reaches the target, whatever its request target is', async (_name, headers) => {
  const foreign = `127.0.0.1:${portOf(other)}`;
  const targets = [`//${foreign}/chat?id=1`, `http://${foreign}/chat?id=1?2`, '//', '/chat?id=1?2'];
  for (const path of targets) expect(await send(path, headers)).toBe(404);
  expect(received).toEqual([
    `target //${foreign}/chat?id=1`,
    'target /chat?id=1?2',
    'target //',
    'target /chat?id=1?2',
  ]);
});

test('a recorder whose port is in use does not touch the file of the other recorder', async () => {
  await send('/chat', upgradeHeaders);
  const options = { target: 'http://127.0.0.1:1', file, port: Number(new URL(proxy.url).port) };
  await expect(startRecordingProxy(options)).rejects.toThrow('EADDRINUSE');
  const unused = join(dirname(file), 'unused.jsonl');
  await expect(startRecordingProxy({ ...options, file: unused })).rejects.toThrow('EADDRINUSE');
  expect(existsSync(unused)).toBe(false);
  await send('/chat', upgradeHeaders);
  expect(readEvents(file)).toHaveLength(2);
});

test('an upgrade is recorded with its path and its whole query', async () => {
  await send('http://foreign.example/chat?room=1?2', upgradeHeaders);
  expect(readEvents(file)).toMatchObject([{ type: 'open', path: '/chat', query: 'room=1?2' }]);
});

test('a request that asks for HTTP/2 without TLS is forwarded as an ordinary one', async () => {
  const headers = {
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAM',
  };
  expect(await send('/chat', headers)).toBe(404);
  expect(received).toEqual(['target /chat']);
  expect(readEvents(file)).toEqual([]);
});

test.each(['a b', 'a, a', ''])("the subprotocols '%s' are refused", async (protocols) => {
  const headers = { ...upgradeHeaders, 'sec-websocket-protocol': protocols };
  expect(await send('/chat', headers)).toBe(400);
  expect(await send('/chat', upgradeHeaders)).toBe(404);
});

test('a redirect to the server becomes one to the recorder', async () => {
  const own = `http://127.0.0.1:${portOf(target)}`;
  target.removeAllListeners('request');
  target.on('request', ({ url }: IncomingMessage, response: ServerResponse) => {
    response.writeHead(302, { location: decodeURIComponent(url?.slice(1) ?? '') }).end();
  });
  const followed = async (location: string): Promise<string | null> => {
    const url = `${proxy.url}/${encodeURIComponent(location)}`;
    return (await fetch(url, { redirect: 'manual' })).headers.get('location');
  };
  expect(await followed(`${own}/login?a=1`)).toBe(`${proxy.url}/login?a=1`);
  for (const other of [`${own}0/login`, 'https://a.example/', '/login'])
    expect(await followed(other)).toBe(other);
});

test('a client decides whether its connection stays open', async () => {
  const { port } = new URL(proxy.url);
  const socket = connect(Number(port), '127.0.0.1');
  let received = '';
  socket.on('data', (data) => {
    received += data.toString();
  });
  socket.write('GET / HTTP/1.0\r\n\r\n');
  await once(socket, 'close');
  expect(received).toMatch(/^HTTP\/1\.1 404 /);
  expect(received).toMatch(/^connection: close\r$/im);
  expect(received).not.toMatch(/keep-alive|chunked/i);
});

test('if the server does not respond, clients get status 502', async () => {
  target.closeAllConnections();
  target.close();
  expect(await send('/chat', {})).toBe(502);
  expect(await send('/chat', upgradeHeaders)).toBe(502);
});

test.each(['client', 'server'] as const)('a %s that resets its socket closes', async (side) => {
  const webSockets = new WebSocketServer({ server: target });
  const connected = once(webSockets, 'connection') as Promise<[WebSocket, IncomingMessage]>;
  const client = new WebSocket(proxy.url.replace('http', 'ws'));
  client.on('error', () => undefined);
  const [[, upgraded], [answer]] = await Promise.all([
    connected,
    once(client, 'upgrade') as Promise<[IncomingMessage]>,
    once(client, 'open'),
  ]);
  const { socket } = side === 'client' ? answer : upgraded;
  socket.resetAndDestroy();
  await vi.waitFor(() =>
    expect(readEvents(file).at(-1)).toMatchObject({ type: 'close', by: side }),
  );
});

test.each([
  ['during an event stream', 'text/event-stream'],
  ['during a poll', '*/*'],
])('a server that crashes %s has closed the connection', async (_name, accept) => {
  let polls = 0;
  target.removeAllListeners('request');
  target.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === 'POST') response.end('{"connectionToken":"a","connectionId":"b"}');
    else if (accept === '*/*' && polls++ === 0) response.end();
    else {
      if (accept !== '*/*') response.write(':\r\n');
      setImmediate(() => request.socket.resetAndDestroy());
    }
  });
  const ask = (path: string, method: string): Promise<string> =>
    fetch(proxy.url + path, { method, headers: { accept } }).then((response) => response.text());
  await ask('/chat/negotiate', 'POST');
  for (let i = 0; i < 2; i++) await ask('/chat?id=a', 'GET').catch(() => undefined);
  await vi.waitFor(() =>
    expect(readEvents(file).at(-1)).toMatchObject({ type: 'close', by: 'server' }),
  );
});

test('if a client has no valid handshake, the connection to the server is closed', async () => {
  const webSockets = new WebSocketServer({ server: target });
  const connected = once(webSockets, 'connection') as Promise<[WebSocket]>;
  const { 'sec-websocket-key': _key, ...headers } = upgradeHeaders;
  expect(await send('/chat', headers)).toBe(400);
  const [webSocket] = await connected;
  if (webSocket.readyState !== WebSocket.CLOSED) await once(webSocket, 'close');
});

test.each([
  ['closes its socket', (socket: Socket) => socket.end()],
  ['resets its socket', (socket: Socket) => socket.resetAndDestroy()],
])('if a client %s before the server answers, so does the proxy', async (_name, leave) => {
  const upgraded = once(target, 'upgrade') as Promise<[IncomingMessage, Duplex]>;
  const { port } = new URL(proxy.url);
  const sent = httpRequest({ host: '127.0.0.1', port, headers: upgradeHeaders, agent: false });
  sent.on('error', () => undefined);
  sent.end();
  const [, socket] = await upgraded;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined).on('end', () => socket.end());
  socket.resume();
  leave(sent.socket!);
  await closed;
});
