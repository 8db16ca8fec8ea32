import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createSecureServer,
  createServer,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Hub, requestUser, SignalRServer, type SignalRServerOptions } from '../../index.ts';
import { closeAll, closeLater, talk } from '../../testing/host-suite.ts';
import { acceptSelfSigned, selfSigned } from '../../testing/self-signed-suite.ts';

afterEach(closeAll);

class ChatHub extends Hub {
  echo(text: string): string {
    return text;
  }
  async *count(to: number): AsyncGenerator<string> {
    for (let i = 0; i < to; i++) yield 'x'.repeat(10_000);
  }
}

const HANDSHAKE = '{"protocol":"json","version":1}\u001e';
const CALL = '{"type":1,"invocationId":"1","target":"Echo","arguments":["Grüße"]}\u001e';
const RESULT = '{"type":3,"invocationId":"1","result":"Grüße"}\u001e';
const settings = { enableConnectProtocol: true };

function chat(options: SignalRServerOptions = {}): SignalRServer {
  const signalr = new SignalRServer(options);
  signalr.mapHub('/chat', ChatHub, { methods: ['echo', 'count'] });
  closeLater(() => signalr.close());
  return signalr;
}

/** Starts a server without TLS and connects to it with HTTP/2. */
async function start(options: SignalRServerOptions = {}): Promise<ClientHttp2Session> {
  const signalr = chat(options);
  const server = createServer({ settings }, signalr.router());
  signalr.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater(() => new Promise((resolve) => server.close(resolve)));
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  session.on('error', () => undefined);
  closeLater(() => session.destroy());
  await once(session, 'remoteSettings');
  return session;
}

async function statusOf(stream: ClientHttp2Stream): Promise<number> {
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  return Number(headers[':status']);
}

async function send(
  session: ClientHttp2Session,
  method: string,
  path: string,
  body = '',
): Promise<string> {
  const stream = session.request({ ':method': method, ':path': path });
  stream.setEncoding('utf8');
  let text = '';
  stream.on('data', (chunk: string) => (text += chunk));
  if (method === 'POST') stream.end(body);
  expect(await statusOf(stream)).toBe(method === 'DELETE' ? 202 : 200);
  await once(stream, 'end');
  return text;
}

async function negotiate(session: ClientHttp2Session): Promise<string> {
  const body = await send(session, 'POST', '/chat/negotiate?negotiateVersion=1');
  expect(body).toContain('"WebSockets"');
  const { connectionToken } = JSON.parse(body) as { connectionToken: string };
  return `/chat?id=${connectionToken}`;
}

const connectHeaders = {
  ':method': 'CONNECT',
  ':protocol': 'websocket',
  ':path': '/chat',
  'sec-websocket-version': '13',
};

/** Opens a WebSocket on a stream of HTTP/2. */
async function openWebSocket(session: ClientHttp2Session): Promise<WebSocket> {
  const stream = session.request(connectHeaders, { endStream: false });
  expect(await statusOf(stream)).toBe(200);
  const options: object = { closeTimeout: 30_000 };
  const socket = new WebSocket(null as unknown as string, undefined, options) as WebSocket & {
    _isServer: boolean;
    setSocket(stream: unknown, head: Buffer, options: object): void;
  };
  socket._isServer = false; // ws has no public client for HTTP/2
  socket.setSocket(stream, Buffer.alloc(0), { maxPayload: 0, skipUTF8Validation: false });
  closeLater(() => socket.terminate());
  return socket;
}

describe('HTTP/2', () => {
  test('Server-Sent Events', async () => {
    const session = await start();
    const path = await negotiate(session);
    const stream = session.request({ ':path': path, accept: 'text/event-stream' });
    stream.setEncoding('utf8');
    let text = '';
    stream.on('data', (chunk: string) => (text += chunk));
    expect(await statusOf(stream)).toBe(200);
    await send(session, 'POST', path, HANDSHAKE);
    await send(session, 'POST', path, CALL);
    await expect.poll(() => text).toContain(`data: ${RESULT}`);
    stream.close();
  });

  test('Long Polling', async () => {
    const session = await start();
    const path = await negotiate(session);
    expect(await send(session, 'GET', path)).toBe('');
    await send(session, 'POST', path, HANDSHAKE);
    expect(await send(session, 'GET', path)).toBe('{}\u001e');
    await send(session, 'POST', path, CALL);
    expect(await send(session, 'GET', path)).toBe(RESULT);
    await send(session, 'DELETE', path);
  });

  test('a WebSocket, with messages that fill the flow-control window', async () => {
    const socket = await openWebSocket(await start());
    let received = '';
    socket.on('message', (data: Buffer) => (received += data.toString()));
    socket.send(HANDSHAKE + CALL);
    await expect.poll(() => received).toBe(`{}\u001e${RESULT}`);
    received = '';
    socket.send('{"type":4,"invocationId":"2","target":"Count","arguments":[100]}\u001e');
    await expect.poll(() => received.includes('"type":3')).toBe(true);
    expect(received.length).toBeGreaterThan(1_000_000);
    const closed = once(socket, 'close');
    socket.close(1000);
    expect((await closed)[0]).toBe(1000);
  });

  test('requests for WebSockets that are refused get their status', async () => {
    const session = await start({
      authentication: requestUser({
        middleware: [
          (_request: never, response: { statusCode: number; end(body: string): void }) => {
            response.statusCode = 401;
            response.end('no session');
          },
        ],
      } as never),
    });
    const refused = session.request(connectHeaders, { endStream: false });
    expect(await statusOf(refused)).toBe(401);
    refused.close();
    const unmapped = session.request(
      { ...connectHeaders, ':path': '/elsewhere' },
      { endStream: false },
    );
    expect(await statusOf(unmapped)).toBe(405);
    unmapped.close();
    const unknown = session.request(
      { ...connectHeaders, ':path': '/chat?id=unknown' },
      { endStream: false },
    );
    expect(await statusOf(unknown)).toBe(401);
    unknown.close();
  });

  test('a POST that is not complete ends when its connection ends, without a warning', async () => {
    const session = await start();
    const path = await negotiate(session);
    await send(session, 'GET', path);
    const onWarning = vi.fn();
    process.on('warning', onWarning);
    const post = session.request({ ':method': 'POST', ':path': path });
    post.write(HANDSHAKE);
    expect(await send(session, 'GET', path)).toBe('{}\u001e');
    post.resume();
    const ended = Promise.all([statusOf(post), once(post, 'close')]);
    await send(session, 'DELETE', path);
    expect((await ended)[0]).toBe(404);
    process.off('warning', onWarning);
    expect(onWarning).not.toHaveBeenCalled();
  });

  test('a connection that breaks ends the WebSocket', async () => {
    const opened: SignalRServer = chat();
    const server = createServer({ settings }, opened.router());
    opened.attach(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closeLater(() => new Promise((resolve) => server.close(resolve)));
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await once(session, 'remoteSettings');
    const socket = await openWebSocket(session);
    socket.send(HANDSHAKE);
    await once(socket, 'message');
    socket.on('error', () => undefined);
    session.destroy();
    await opened.close(); // resolves when all connections are closed
  });
});

test.each(['WebSockets', 'ServerSentEvents', 'LongPolling'] as const)(
  'a client with HTTP/1.1 connects to a server of node:http2 with allowHTTP1: %s',
  async (transport) => {
    const signalr = chat();
    const server = createSecureServer({ ...selfSigned(), allowHTTP1: true }, signalr.router());
    signalr.attach(server);
    const sockets = new Set<{ destroy(): void }>();
    server.on('connection', (socket: { destroy(): void }) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closeLater(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    closeLater(acceptSelfSigned());
    await talk(`https://127.0.0.1:${(server.address() as AddressInfo).port}/chat`, transport);
  },
);
