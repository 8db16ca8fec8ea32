import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { Server as EngineServer } from 'engine.io';
import express from 'express';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Hub, requestUser, SignalRServer, type SignalRServerOptions } from '../../index.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { turns } from '../../testing/event-loop.ts';
import { TestTimeout } from '../../testing/test-timeout.ts';
import { CLOSE_TIMEOUT } from '../../transports/buffered-transport.ts';
import { closeAll, closeLater, listen, talk } from '../../testing/host-suite.ts';

afterEach(closeAll);

class ChatHub extends Hub {
  echo(text: string): string {
    return text;
  }
}

function chat(options: SignalRServerOptions = {}, path = '/chat'): SignalRServer {
  const signalr = new SignalRServer(options);
  signalr.mapHub(path, ChatHub, { methods: ['echo'] });
  closeLater(() => signalr.close());
  return signalr;
}

/** Returns the status of the response to an upgrade request. */
async function upgradeStatus(url: string): Promise<number> {
  const socket = new WebSocket(url.replace('http', 'ws'));
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    { statusCode: number },
  ];
  return response.statusCode;
}

/** A WebSocket endpoint of the app. Returns its first message. */
async function firstMessage(url: string): Promise<string> {
  const socket = new WebSocket(url.replace('http', 'ws'));
  const [data] = (await once(socket, 'message')) as [Buffer];
  socket.terminate();
  return data.toString();
}

test.each(['before', 'after'])(
  "the app's own WebSocketServer with a path is created %s attach: both work",
  async (order) => {
    const signalr = chat();
    const server = createServer(signalr.router());
    const create = (): void => {
      const own = new WebSocketServer({ server, path: '/own' });
      own.on('connection', (socket) => socket.send('from the app'));
      closeLater(() => own.close());
    };
    if (order === 'before') create();
    signalr.attach(server);
    if (order === 'after') create();
    const url = await listen(server);
    for (let i = 0; i < 3; i++) await talk(`${url}/chat`, 'WebSockets');
    expect(await firstMessage(`${url}/own`)).toBe('from the app');
    expect(await upgradeStatus(`${url}/elsewhere`)).toBe(400); // from ws
  },
);

test('next to Socket.IO, authentication may take longer than a second', async () => {
  const signalr = chat({
    authentication: {
      authenticate: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1500));
        return {};
      },
    },
  });
  const server = createServer(signalr.router());
  signalr.attach(server);
  const engine = new EngineServer();
  engine.attach(server, { path: '/socket.io/' });
  engine.on('connection', (socket: { send(text: string): void }) => socket.send('hello'));
  closeLater(() => engine.close());
  const url = await listen(server);
  const client = await RawClient.connect(`${url}/chat`);
  client.close();
  expect(await firstMessage(`${url}/socket.io/?EIO=4&transport=websocket`)).toContain('"sid"');
});

test('two SignalRServers on one HTTP server: each serves its hubs, the app answers the rest', async () => {
  const first = chat();
  const second = chat({}, '/second');
  const app = express().use(first.router(), second.router());
  app.get('/page', (_request, response) => void response.status(418).end());
  const server = createServer(app as RequestListener);
  first.attach(server);
  second.attach(server);
  const url = await listen(server);
  await talk(`${url}/chat`, 'WebSockets');
  await talk(`${url}/second`, 'WebSockets');
  expect(await upgradeStatus(`${url}/elsewhere`)).toBe(404);
  expect(await upgradeStatus(`${url}/page`)).toBe(418);
  await first.close();
  await talk(`${url}/second`, 'WebSockets');
  expect(await upgradeStatus(`${url}/chat`)).toBe(404);
});

test('a listener that only observes does not keep unmapped upgrades open', async () => {
  const signalr = chat({ handshakeTimeout: 50 });
  const server = createServer(signalr.router());
  const observed: (string | undefined)[] = [];
  server.on('upgrade', ({ url }) => observed.push(url));
  signalr.attach(server);
  const url = await listen(server);
  expect(await upgradeStatus(`${url}/elsewhere`)).toBe(404);
  expect(observed).toEqual(['/elsewhere']);
});

test("unmappedUpgrades: 'answer' does not wait for other listeners, 'ignore' leaves it to them", async () => {
  const answers = chat();
  const server = createServer(answers.router());
  server.on('upgrade', () => undefined);
  answers.attach(server, { unmappedUpgrades: 'answer' });
  // The default handshakeTimeout of 15 s has not passed.
  expect(await upgradeStatus(`${await listen(server)}/elsewhere`)).toBe(404);

  const ignores = chat({ handshakeTimeout: 1 });
  const slow = createServer(ignores.router());
  slow.on('upgrade', (_request, socket) => {
    setTimeout(() => socket.end('HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n'), 100);
  });
  ignores.attach(slow, { unmappedUpgrades: 'ignore' });
  expect(await upgradeStatus(`${await listen(slow)}/elsewhere`)).toBe(418);
});

test('without an app, an unmapped upgrade is answered with 404', async () => {
  const signalr = chat();
  signalr.router();
  const server = createServer();
  signalr.attach(server);
  expect(await upgradeStatus(`${await listen(server)}/elsewhere`)).toBe(404);
});

test('an app that routes upgrades itself passes them to handleUpgrade', async () => {
  const signalr = chat({ authentication: requestUser() });
  const server = createServer(signalr.router({ handlesUpgrades: true }));
  const own = new WebSocketServer({ noServer: true });
  own.on('connection', (socket) => socket.send('from the app'));
  const unmapped: (string | undefined)[] = [];
  server.on('upgrade', (request, socket, head) => {
    if (signalr.handleUpgrade(request, socket, head)) return;
    if (request.url === '/own') {
      own.handleUpgrade(request, socket, head, (webSocket) => own.emit('connection', webSocket));
      return;
    }
    unmapped.push(request.url);
    socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
  });
  const url = await listen(server);
  const negotiated = await fetch(`${url}/chat/negotiate?negotiateVersion=1`, { method: 'POST' });
  expect(await negotiated.text()).toContain('"WebSockets"');
  await talk(`${url}/chat`, 'WebSockets');
  expect(await firstMessage(`${url}/own`)).toBe('from the app');
  expect(await upgradeStatus(`${url}/elsewhere`)).toBe(404);
  expect(unmapped).toEqual(['/elsewhere']);
});

test('a client that disconnects while it waits for an answer does not stop the process', async () => {
  const signalr = chat();
  const server = createServer(signalr.router());
  signalr.attach(server);
  server.on('upgrade', (_request, socket) => {
    socket.on('close', () => server.emit('gone'));
    client.resetAndDestroy();
  });
  const url = new URL(await listen(server));
  const gone = once(server, 'gone');
  const client = connect(Number(url.port), url.hostname);
  client.on('error', () => undefined);
  client.write(
    'GET /elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  await gone;
});

test('after close, the server emits upgrades as before', async () => {
  const signalr = chat();
  const server = createServer(signalr.router());
  const emit: unknown = Reflect.get(server, 'emit');
  signalr.attach(server);
  expect(Reflect.get(server, 'emit')).not.toBe(emit);
  await signalr.close();
  expect(Reflect.get(server, 'emit')).toBe(emit);
  expect(server.listenerCount('upgrade')).toBe(0);
});

test('a subprotocol that a client offers is not confirmed', async () => {
  const signalr = chat();
  const server = createServer(signalr.router());
  signalr.attach(server);
  const socket = new WebSocket(`${await listen(server)}/chat`.replace('http', 'ws'), ['json']);
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toBe('Server sent no subprotocol');
});

test.each(['', 'a,,b', 'a, a', ' '])(
  'subprotocols are ignored, as in ASP.NET Core, also if their list is invalid: %j',
  async (subprotocols) => {
    const signalr = chat();
    const server = createServer(signalr.router());
    signalr.attach(server);
    const url = new URL(await listen(server));
    const socket = connect({ port: Number(url.port), host: url.hostname });
    socket.write(
      `GET /chat HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Protocol:${subprotocols}\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    const [response] = (await once(socket, 'data')) as [Buffer];
    expect(response.toString()).toMatch(/^HTTP\/1.1 101 /);
    expect(response.toString()).not.toMatch(/sec-websocket-protocol/i);
    socket.destroy();
  },
);

test.each([
  ['of an unmapped path', '/other', {}, 404],
  ['of an unknown connection', '/chat?id=unknown', {}, 404],
  [
    'that middleware answers',
    '/chat',
    {
      authentication: requestUser({
        middleware: [
          (_: IncomingMessage, response: ServerResponse) => response.writeHead(401).end(),
        ],
      }),
    },
    401,
  ],
] as const)(
  'the socket of a refused upgrade %s closes, even if the client keeps it open',
  async (_name, path, options, status) => {
    const signalr = chat(options);
    const server = createServer(express().use(signalr.router()));
    signalr.attach(server);
    const url = new URL(await listen(server));
    using closeTimeout = new TestTimeout(CLOSE_TIMEOUT);
    const socket = connect({ port: Number(url.port), host: url.hostname, allowHalfOpen: true });
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nmore bytes',
    );
    const [response] = (await once(socket, 'data')) as [Buffer];
    expect(response.toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const countConnections = promisify(server.getConnections.bind(server));
    await closeTimeout.elapseUntil(vi.waitUntil(async () => (await countConnections()) === 0));
    socket.destroy();
  },
);

test('code that wraps emit after attach keeps working, and so does a server that attaches again', async () => {
  const first = chat();
  const server = createServer(first.router());
  first.attach(server);
  first.attach(server); // changes nothing
  expect(server.listenerCount('upgrade')).toBe(1);
  const events: string[] = [];
  const emit = server.emit.bind(server) as typeof server.emit;
  server.emit = (event: string, ...values: unknown[]) => {
    events.push(event);
    return emit(event, ...values);
  };
  const wrapped: unknown = Reflect.get(server, 'emit');
  const url = await listen(server);
  await first.close();
  expect(Reflect.get(server, 'emit')).toBe(wrapped);
  expect(await upgradeStatus(`${url}/chat`)).not.toBe(101);
  const second = chat();
  second.attach(server);
  expect(Reflect.get(server, 'emit')).toBe(wrapped);
  const client = await RawClient.connect(`${url}/chat`);
  client.close();
  expect(events).toContain('upgrade');
});

test('a CONNECT request of HTTP/1.1 reaches the listeners of the app', async () => {
  const signalr = chat();
  const server = createServer(signalr.router());
  signalr.attach(server);
  server.on('connect', (request: IncomingMessage, socket) => {
    socket.end(`HTTP/1.1 200 OK\r\n\r\n${request.url}`);
  });
  const url = new URL(await listen(server));
  const client = connect(Number(url.port), url.hostname);
  client.write('CONNECT other.example:443 HTTP/1.1\r\nHost: other.example\r\n\r\n');
  const [answer] = (await once(client, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 OK[^]*other\.example:443$/);
  client.destroy();
});

test('an upgrade that another listener answers late is not answered twice', async () => {
  using handshakeTimeout = new TestTimeout();
  const signalr = chat({ handshakeTimeout: handshakeTimeout.ms });
  const app = vi.fn((_request: IncomingMessage, response: ServerResponse) => response.end());
  const server = createServer(app);
  signalr.attach(server);
  const answered = new Promise<void>((resolve) =>
    server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n', () => resolve());
    }),
  );
  const url = new URL(await listen(server));
  const client = connect(Number(url.port), url.hostname);
  client.write(
    'GET /elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  const received = once(client, 'data');
  await answered;
  await handshakeTimeout.elapseUntil(turns(200));
  expect(String(await received)).toMatch(/^HTTP\/1\.1 401/);
  expect(app).not.toHaveBeenCalled();
  client.destroy();
});

test('an upgrade is refused on a hub without WebSockets, and for a connection of another transport', async () => {
  const polling = new SignalRServer();
  polling.mapHub('/chat', ChatHub, { methods: ['echo'], transports: ['LongPolling'] });
  const both = chat({}, '/both');
  closeLater(() => polling.close());
  const [serve, serveOthers] = [polling.router(), both.router()];
  const server = createServer((request, response) =>
    serve(request, response, () => serveOthers(request, response)),
  );
  polling.attach(server);
  both.attach(server);
  const url = await listen(server);
  expect(await upgradeStatus(`${url}/chat`)).toBe(404);
  const negotiated = await fetch(`${url}/both/negotiate?negotiateVersion=1`, { method: 'POST' });
  const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
  const poll = await fetch(`${url}/both?id=${connectionToken}`);
  expect(poll.status).toBe(200);
  expect(await upgradeStatus(`${url}/both?id=${connectionToken}`)).toBe(400);
  const put = await fetch(`${url}/both?id=${connectionToken}`, { method: 'PUT' });
  expect(put.status).toBe(405);
});

test('a POST to a connection over WebSockets is refused, and the connection stays', async () => {
  const signalr = chat();
  const server = createServer(signalr.router());
  signalr.attach(server);
  const url = `${await listen(server)}/chat`;
  const negotiated = await fetch(`${url}/negotiate?negotiateVersion=1`, { method: 'POST' });
  const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
  const client = await RawClient.connect(`${url}?id=${connectionToken}`);
  const post = await fetch(`${url}?id=${connectionToken}`, { method: 'POST', body: 'x' });
  expect(post.status).toBe(405);
  client.send('{"type":1,"invocationId":"1","target":"echo","arguments":["a"]}\u001e');
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"a"}');
  client.close();
});

test('a handler that has answered a request itself gets no second answer', async () => {
  const signalr = chat({
    authentication: {
      authenticate({ httpRequest }) {
        (httpRequest as express.Request).res?.status(418).send('tea');
        return { handled: true };
      },
    },
  });
  const app = express();
  app.use(signalr.router());
  const url = await listen(createServer(app));
  const answer = await fetch(`${url}/chat/negotiate`, { method: 'POST' });
  expect([answer.status, await answer.text()]).toEqual([418, 'tea']);
});

test('an upgrade under a base path at which no hub is goes to the app', async () => {
  const signalr = chat();
  const server = createServer(express().use('/api', signalr.router()) as RequestListener);
  signalr.attach(server, { basePath: '/api' });
  expect(await upgradeStatus(`${await listen(server)}/api/nothing`)).toBe(404);
});
