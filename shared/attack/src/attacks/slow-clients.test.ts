import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Hub } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { negotiate, PollingClient } from '../polling-client.ts';

class EchoHub extends Hub {
  echo(text: string): string {
    return text;
  }
}

/** In ms. */
const HANDSHAKE_TIMEOUT = 300;

let server: TestServer;
beforeAll(async () => {
  server = await testServer((signalr) =>
    signalr.mapHub('/hub', EchoHub, { methods: ['echo'], handshakeTimeout: HANDSHAKE_TIMEOUT }),
  );
});
afterAll(() => server.close());

/** Sends the same bytes again and again, slowly, until the server answers or closes the socket. */
async function sendSlowly(socket: Socket, bytes: Buffer): Promise<void> {
  const timer = setInterval(() => socket.write(bytes), 20);
  await new Promise<void>((resolve) => {
    socket.once('data', () => resolve());
    socket.once('close', () => resolve());
  });
  clearInterval(timer);
  socket.destroy();
}

async function open(head: string): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(`${head}\r\nHost: localhost\r\n`);
  return socket;
}

/** A fragment of a text message with the masked letter `{`, which does not end the message. */
const fragment = (opcode: number): Buffer => Buffer.from([opcode, 0x81, 0, 0, 0, 0, 0x7b]);

/** Each attack opens a connection, and resolves when the server has ended it. */
const attacks: Record<string, () => Promise<void>> = {
  async WebSockets() {
    const socket = await open('GET /hub HTTP/1.1');
    socket.write(
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await once(socket, 'data');
    socket.write(fragment(1));
    await sendSlowly(socket, fragment(0));
  },
  async ServerSentEvents() {
    const token = await negotiate(`${server.url}/hub/negotiate?negotiateVersion=1`);
    const headers = { accept: 'text/event-stream' };
    const events = await fetch(`${server.url}/hub?id=${token}`, { headers });
    const post = await open(`POST /hub?id=${token} HTTP/1.1`);
    post.write('Content-Length: 1000000\r\n\r\n');
    await Promise.all([sendSlowly(post, Buffer.from('{')), events.text()]);
  },
  async LongPolling() {
    const token = await negotiate(`${server.url}/hub/negotiate?negotiateVersion=1`);
    await (await fetch(`${server.url}/hub?id=${token}`)).arrayBuffer();
    const post = await open(`POST /hub?id=${token} HTTP/1.1`);
    post.write('Transfer-Encoding: chunked\r\n\r\n');
    await sendSlowly(post, Buffer.from('1\r\n{\r\n'));
  },
};

test.each(Object.entries(attacks))(
  'over %s, clients whose handshake never ends are disconnected, and others are served',
  async (_transport, attack) => {
    const other = await PollingClient.connect(`${server.url}/hub`);
    const startedAt = performance.now();
    const ended = Promise.all(Array.from({ length: 20 }, attack));
    await other.send('{"type":1,"invocationId":"1","target":"echo","arguments":["x"]}\u001e');
    expect((await other.poll()).toString()).toContain('"result":"x"');
    await ended;
    // The slow bytes themselves are no reason to end a connection. Timers may be a little early.
    expect(performance.now() - startedAt).toBeGreaterThan(0.9 * HANDSHAKE_TIMEOUT);
    await other.close();
  },
);
