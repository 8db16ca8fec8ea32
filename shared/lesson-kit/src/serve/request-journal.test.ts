import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { SignalRServer, Hub } from '@practical-signalr/server';
import express from 'express';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ObservedRequest } from '../wire/observe/observed-request.ts';
import { httpStatus, webSocketUpgrade } from '../testing/http-status.ts';
import { requestJournal } from './request-journal.ts';

class EmptyHub extends Hub {}

let server: Server;
let signalr: SignalRServer;
let origin: string;

beforeEach(async () => {
  const app = express();
  server = createServer(app);
  signalr = new SignalRServer();
  signalr.mapHub('/hub', EmptyHub, { methods: [] });
  app.use('/requests', requestJournal(server, ['/hub', '/missing']));
  app.get('/other', (_request, response) => void response.end());
  app.use(signalr.router());
  signalr.attach(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await signalr.close();
  server.closeAllConnections();
  server.close();
});

const journal = async (since = 0): Promise<ObservedRequest[]> =>
  (await fetch(`${origin}/requests?since=${since}`)).json() as Promise<ObservedRequest[]>;

const upgrade = (path: string): Promise<number | undefined> =>
  httpStatus({ port: Number(new URL(origin).port), path, headers: webSocketUpgrade });

test('the journal has the status and token location of every request, and never the token', async () => {
  const headers = { authorization: 'Bearer secret-of-the-header' };
  const negotiated = await fetch(`${origin}/hub/negotiate?negotiateVersion=1`, {
    method: 'POST',
    headers,
  });
  const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
  expect(await upgrade(`/hub?id=unknown&access_token=secret-of-the-query`)).toBe(404);
  expect(await upgrade(`/hub?id=${connectionToken}`)).toBe(101);
  await fetch(`${origin}/missing`, { headers: { accept: 'text/event-stream' } });
  await fetch(`${origin}/other`);
  const entries = await journal();
  expect(
    entries.map(({ method, kind, path, status, tokenIn }) => [method, kind, path, status, tokenIn]),
  ).toEqual([
    ['POST', 'negotiate', '/hub/negotiate', 200, 'header'],
    ['GET', 'websocket', '/hub', 404, 'query'],
    ['GET', 'websocket', '/hub', 101, 'none'],
    ['GET', 'event stream', '/missing', 404, 'none'],
  ]);
  const text = JSON.stringify(entries);
  for (const secret of ['secret', connectionToken]) expect(text).not.toContain(secret);
  expect(await journal(entries[2]?.number)).toHaveLength(1);
});

test('the requests of one attempt are selected by their parameter', async () => {
  await fetch(`${origin}/missing?attempt=first`);
  await fetch(`${origin}/missing?attempt=second`);
  const requested = (await (
    await fetch(`${origin}/requests?attempt=second`)
  ).json()) as ObservedRequest[];
  expect(requested.map(({ number, attempt }) => [number, attempt])).toEqual([[2, 'second']]);
});

test('a client that is refused and resets its connection does not disturb the journal', async () => {
  requestJournal(server);
  const closed = new Promise((resolve) =>
    server.once('connection', (socket) => socket.once('close', resolve)),
  );
  const client = connect({
    port: Number(new URL(origin).port),
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  client.write(
    'GET /hub HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  await once(client, 'data');
  client.resetAndDestroy();
  await closed;
  expect((await fetch(`${origin}/requests`)).status).toBe(200);
});

test('the journal keeps a limited number of requests', async () => {
  for (let i = 0; i < 20; i++) {
    await Promise.all(
      Array.from({ length: 55 }, () => fetch(`${origin}/missing`).then((answer) => answer.text())),
    );
  }
  expect(await journal()).toHaveLength(1000);
});

test.each(['//', '//['])('a request for %s, which any page can send, is noted', async (target) => {
  const noted = createServer((_request, response) => void response.end());
  requestJournal(noted);
  await once(noted.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((noted.address() as AddressInfo).port, '127.0.0.1');
  socket.setEncoding('utf8');
  let answer = '';
  socket.on('data', (text: string) => (answer += text));
  socket.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  await once(socket, 'close');
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  noted.close();
});
