import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import {
  createServer,
  get,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { type AddressInfo, connect, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import express from 'express';
import { fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { signalrPlugin } from '../../fastify/index.ts';
import { Gate } from '../../connections/gate.ts';
import { Hub, SignalRServer } from '../../index.ts';
import type { IpcWorkerBus } from '../ipc-worker-bus.ts';
import { forwardRequest, forwardUpgrade, privateServer } from './request-forwarder.ts';
import { WorkerForwarder } from './worker-forwarder.ts';

/** Serves an application at a private socket, as a worker does. Returns the path of the socket. */
async function startHolder(application: RequestListener): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'forwarder-'));
  const socketPath = join(folder, 'worker.sock');
  const holder = privateServer();
  holder.serve(createServer(application));
  holder.server.listen(socketPath);
  await once(holder.server, 'listening');
  onTestFinished(() => {
    holder.server.closeAllConnections();
    holder.server.close();
    rmSync(folder, { recursive: true });
  });
  return socketPath;
}

/** Starts a server on a random port. Returns the port. */
const startFront = (application: RequestListener): Promise<number> =>
  listen(createServer(application));

async function listen(front: Server): Promise<number> {
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  onTestFinished(() => {
    front.closeAllConnections();
    front.close();
  });
  return (front.address() as AddressInfo).port;
}

/** Answers with the method, the path and the body of a request. */
const describeRequest: RequestListener = (request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
  request.on('end', () => response.end(`${request.method} ${request.url} '${body}'`));
};

test.each(['GET', 'DELETE', 'POST'])(
  'the body of a forwarded %s does not become a request of its own',
  async (method) => {
    const socketPath = await startHolder(describeRequest);
    const port = await startFront((request, response) => {
      void forwardRequest(socketPath, request, response);
    });
    const client = connect(port, '127.0.0.1');
    onTestFinished(() => void client.destroy());
    const body = 'GET /admin HTTP/1.1\r\nHost: a\r\n\r\n';
    const size = body.length.toString(16);
    client.write(
      `${method} /hub HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\n${body}\r\n0\r\n\r\n`,
    );
    let answer = '';
    for await (const chunk of client as AsyncIterable<Buffer>) answer += chunk.toString('utf8');
    expect(answer).toContain(`${method} /hub '${body}'`);
  },
);

test('a body that middleware has read is forwarded, or refused if it is not kept', async () => {
  const socketPath = await startHolder(describeRequest);
  const app = express();
  app.use(express.text(), express.json(), (request, response) => {
    void forwardRequest(socketPath, request, response);
  });
  const port = await startFront(app);
  const post = async (type: string, body: string): Promise<[number, string]> => {
    const headers = { 'content-type': type };
    const response = await fetch(`http://127.0.0.1:${port}/hub`, { method: 'POST', headers, body });
    return [response.status, await response.text()];
  };
  expect(await post('text/plain', 'Grüße')).toEqual([200, "POST /hub 'Grüße'"]);
  expect(await post('text/plain', '')).toEqual([200, "POST /hub ''"]);
  expect(await post('text/other', 'not read')).toEqual([200, "POST /hub 'not read'"]);
  expect(await post('application/json', '{}')).toEqual([400, expect.stringContaining('body')]);
});

test('a forwarded request has the headers, the address and the encryption of its client', async () => {
  const socketPath = await startHolder(({ socket, headers }, response) => {
    const { remoteAddress, encrypted } = socket as TLSSocket;
    const length = String(headers['x-long']).length;
    response.end(JSON.stringify([length, remoteAddress ?? 'none', encrypted === true]));
  });
  let client: Partial<TLSSocket> = {};
  const front = createServer({ maxHeaderSize: 100_000 }, (request, response) => {
    for (const [name, value] of Object.entries(client))
      Object.defineProperty(request.socket, name, { value });
    void forwardRequest(socketPath, request, response);
  });
  const port = await listen(front);
  const describe = async (): Promise<unknown> => {
    const headers = { 'x-long': 'x'.repeat(50_000), connection: 'close' };
    const [response] = (await once(
      get({ host: '127.0.0.1', port, headers, agent: false }),
      'response',
    )) as [IncomingMessage];
    return response.statusCode === 200 ? json(response) : response.statusCode;
  };
  expect(await describe()).toEqual([50_000, '127.0.0.1', false]);
  client = { remoteAddress: '10.0.0.1', encrypted: true };
  expect(await describe()).toEqual([50_000, '10.0.0.1', true]);
  client = { remoteAddress: undefined as never }; // a client at a Unix socket
  expect(await describe()).toEqual([50_000, 'none', false]);
});

test('a request that cannot be sent to the other worker is answered with 502', async () => {
  const port = await startFront((request, response) => {
    request.headers['not a name'] = 'x';
    void forwardRequest('/nowhere', request, response);
  });
  expect((await fetch(`http://127.0.0.1:${port}/hub`)).status).toBe(502);
});

class EmptyHub extends Hub {}

/** A server that passes requests to the worker 'holder' at the path of a socket. */
function createServerOf(issuer: string, socketPath = ''): SignalRServer {
  const signalr = new SignalRServer({
    connectionTokens: { keys: ['a key that both workers know, 32 bytes'] },
    forwarder: {
      issuer,
      forwardRequest: (_issuer, request, response) =>
        void forwardRequest(socketPath, request, response),
      forwardUpgrade: () => false,
    },
  });
  signalr.mapHub('/hub', EmptyHub, { methods: [] });
  onTestFinished(() => signalr.close());
  return signalr;
}

test('Fastify passes event streams and polls on to the worker that holds the connection', async () => {
  const router = createServerOf('holder').router();
  const socketPath = await startHolder(router);
  const holderPort = await startFront(router);
  const app = fastify({ forceCloseConnections: true });
  await app.register(signalrPlugin, { signalr: createServerOf('front', socketPath) });
  app.addHook('onRequest', async (_request, reply) => void reply.header('x-hook', 'ran'));
  const front = await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => app.close());
  const connect = async (): Promise<string> => {
    const url = `http://127.0.0.1:${holderPort}/hub/negotiate?negotiateVersion=1`;
    const negotiated = await fetch(url, { method: 'POST' });
    const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
    return `${front}/hub?id=${encodeURIComponent(connectionToken)}`;
  };
  const handshake = { method: 'POST', body: '{"protocol":"json","version":1}\u001e' };
  const eventsUrl = await connect();
  const events = await fetch(eventsUrl, { headers: { accept: 'text/event-stream' } });
  const head = [events.status, events.headers.get('content-type'), events.headers.get('x-hook')];
  expect(head).toEqual([200, 'text/event-stream', 'ran']);
  expect((await fetch(eventsUrl, handshake)).status).toBe(200);
  let received = '';
  for await (const chunk of events.body as unknown as AsyncIterable<Uint8Array>) {
    received += Buffer.from(chunk).toString('utf8');
    if (received.includes('data: {}')) break;
  }
  const pollUrl = await connect();
  expect(await (await fetch(pollUrl)).text()).toBe('');
  expect((await fetch(pollUrl, handshake)).status).toBe(200);
  expect(await (await fetch(pollUrl)).text()).toBe('{}\u001e');
  expect((await fetch(pollUrl, { method: 'DELETE' })).status).toBe(202);
});

test('a worker that stops ends the requests that another worker serves', async () => {
  const received = new Gate();
  const socketPath = await startHolder(() => received.open()); // never answers
  const bus = { socketPathOf: () => socketPath } as unknown as IpcWorkerBus;
  const forwarder = new WorkerForwarder(1, bus);
  const port = await startFront((request, response) => {
    forwarder.forwardRequest('2', request, response);
  });
  const hasArrived = received.wait();
  const answer = fetch(`http://127.0.0.1:${port}/hub`);
  await hasArrived;
  forwarder.close();
  await expect(answer).rejects.toThrow();
});

test('a forwarded upgrade keeps the bytes of its headers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forwarder-'));
  const socketPath = join(folder, 'worker.sock');
  const worker = createNetServer();
  const front = createServer();
  front.on('upgrade', (request, socket, head) => forwardUpgrade(socketPath, request, socket, head));
  worker.listen(socketPath);
  front.listen(0, '127.0.0.1');
  await Promise.all([once(worker, 'listening'), once(front, 'listening')]);
  const client = connect((front.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    client.destroy();
    worker.close();
    front.close();
    rmSync(folder, { recursive: true });
  });
  const accepted = once(worker, 'connection');
  const head = ['GET /hub HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket'];
  client.write(`${[...head, 'X-User: Jürgen'].join('\r\n')}\r\n\r\n`, 'utf8');
  const [socket] = (await accepted) as [NodeJS.ReadableStream];
  let received = '';
  for await (const chunk of socket) {
    received += (chunk as Buffer).toString('utf8');
    if (received.includes('\r\n\r\n')) break;
  }
  expect(received).toContain('X-User: Jürgen\r\n');
});
