import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hub } from '../index.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { RawClient } from '../testing/raw-client.ts';
import { RawEventsClient, RawPollingClient } from '../testing/raw-http-client.ts';

const USER = { 'x-user': 'ann' };
const HANDSHAKE = '{"protocol":"json","version":1}\u001e';

class EndingHub extends Hub {
  override onConnected(): void {
    if (this.context.request.query.get('hook') === 'connected') throw new Error('refused');
  }
  override onDisconnected(): void {
    if (this.context.request.query.get('hook') === 'disconnected') throw new Error('failed');
  }
  leave(): void {
    this.context.abort();
  }
}

let server: TestServer;
let hub: string;
beforeEach(async () => {
  server = await testServer(
    (signalr) => signalr.mapHub('/hub', EndingHub, { methods: ['leave'] }),
    {
      limits: { connections: 1, connectionsPerAddress: 1, connectionsPerUser: 1 },
      userIdProvider: {
        getUserId({ request: { headers, query } }) {
          if (query.get('user') === 'throws') throw new Error('no user');
          return String(headers['x-user'] ?? 'nobody');
        },
      },
      allowStatefulReconnects: true,
      disconnectTimeout: 300,
      handshakeTimeout: 300,
      logger: new CollectingLogger(),
    },
  );
  hub = `${server.url}/hub`;
});
afterEach(() => server.close());

async function negotiate(): Promise<string> {
  const query = 'negotiateVersion=1&useStatefulReconnect=true';
  const response = await fetch(`${hub}/negotiate?${query}`, { method: 'POST', headers: USER });
  const { connectionToken } = (await response.json()) as { connectionToken: string };
  return `${hub}?id=${connectionToken}`;
}

/** Sends the head of an upgrade request, and closes the socket at once or after the answer. */
async function sendUpgrade(headers: readonly string[], closes: boolean): Promise<void> {
  const socket = connect(server.port, '127.0.0.1');
  const head = ['GET /hub HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket'];
  socket.on('error', () => undefined);
  socket.write(`${[...head, ...headers].join('\r\n')}\r\n\r\n`);
  if (closes) socket.destroySoon();
  else socket.once('data', () => socket.destroy());
  await once(socket, 'close');
}

const endings: Record<string, () => Promise<unknown>> = {
  'a negotiation that the client aborts': async () => {
    const post = request(`${hub}/negotiate?negotiateVersion=1`, { method: 'POST' });
    post.on('error', () => undefined).end();
    post.on('socket', (socket) => socket.on('connect', () => post.destroy()));
    await new Promise((resolve) => post.on('close', resolve));
  },
  'a negotiated connection that is not opened': negotiate,
  'a negotiated connection that only receives a POST': async () => {
    const post = request(await negotiate(), { method: 'POST', headers: { 'Content-Length': 9 } });
    post.on('error', () => undefined).write('half');
    await new Promise((resolve) => post.on('socket', resolve));
    post.destroy();
  },
  'an upgrade with an invalid key': () =>
    sendUpgrade(['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: short'], false),
  'an upgrade whose client has gone': () =>
    sendUpgrade(['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='], true),
  'a handshake that fails': async () => {
    const client = await RawClient.open(hub, USER);
    client.send('{"protocol":"unknown","version":1}\u001e');
    await client.end();
  },
  'a handshake that never arrives': async () => (await RawClient.open(hub, USER)).end(),
  'a user id provider that throws': async () => {
    const client = await RawClient.open(`${hub}?user=throws`, USER);
    client.send(HANDSHAKE);
    await client.end();
  },
  'a connected hook that throws': async () =>
    (await RawClient.connect(`${hub}?hook=connected`, USER)).end(),
  'a disconnected hook that throws': async () =>
    (await RawClient.connect(`${hub}?hook=disconnected`, USER)).close(),
  'a method that closes the connection': async () => {
    const client = await RawClient.connect(hub, USER);
    client.send('{"type":1,"target":"leave","arguments":[]}\u001e');
    await client.end();
  },
  'a client that closes with a Close frame': async () => {
    const client = await RawClient.connect(hub, USER);
    client.webSocket.close();
    await client.end();
  },
  'a client that sends an invalid message': async () => {
    const client = await RawClient.connect(hub, USER);
    client.send('nonsense\u001e');
    await client.end();
  },
  'a socket that breaks': async () => (await RawClient.connect(hub, USER)).close(),
  'a client with stateful reconnect that reconnects and stays away': async () => {
    const url = await negotiate();
    const first = await RawClient.open(url, USER);
    first.send('{"protocol":"json","version":2}\u001e');
    await first.next();
    first.close();
    const second = await RawClient.open(url, USER);
    await expect(RawClient.open(hub, USER)).rejects.toThrow('status 503');
    second.close();
  },
  'an event stream that breaks': async () => (await new RawEventsClient().connect(hub)).close(),
  'an event stream that is aborted before its handshake': async () =>
    (await new RawEventsClient().open(hub)).close(),
  'a polling client that deletes its connection': async () => {
    const client = await new RawPollingClient().connect(hub);
    expect(await client.delete()).toBe(202);
    client.close();
  },
  'a polling client that stays away': async () =>
    (await new RawPollingClient().connect(hub)).close(),
};

test.each(Object.entries(endings))('%s frees its place', async (_name, end) => {
  for (let i = 0; i < 2; i++) {
    await end();
    let next: RawClient | undefined;
    await expect
      .poll(async () => (next = await RawClient.open(hub, USER).catch(() => undefined)))
      .toBeDefined();
    await expect(RawClient.open(hub, USER)).rejects.toThrow('status 503');
    next?.close();
    await expect
      .poll(() => server.signalr.health().entries['EndingHub']?.data)
      .toMatchObject({
        connections: 0,
      });
  }
});
