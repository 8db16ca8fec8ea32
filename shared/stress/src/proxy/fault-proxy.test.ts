import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FaultProxy } from './fault-proxy.ts';

let server: Server;
let proxy: FaultProxy;
let client: Socket;
/** The socket of the server. */
let peer: Socket;
const received = { client: '', server: '' };

/** Collects what a socket receives. */
function collect(socket: Socket, side: keyof typeof received): void {
  received[side] = '';
  socket.on('error', () => undefined);
  socket.on('data', (data: Buffer) => {
    received[side] += data.toString();
  });
}

/** Resolves when the socket has closed, also because of an error. */
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once('close', () => resolve()));

beforeEach(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await FaultProxy.start((server.address() as AddressInfo).port);
  const connected = once(server, 'connection');
  client = connect(proxy.port, '127.0.0.1');
  [peer] = (await connected) as [Socket];
  collect(client, 'client');
  collect(peer, 'server');
});
afterEach(async () => {
  client.destroy();
  peer.destroy();
  server.close();
  await proxy.close();
});

test('without faults, bytes pass in both directions, and an end is passed on', async () => {
  client.write('to server');
  peer.write('to client');
  await expect.poll(() => received).toEqual({ client: 'to client', server: 'to server' });
  client.end();
  await closed(peer);
  expect(proxy.connections).toBe(0);
});

test('a delayed direction keeps its order, and the other direction is not delayed', async () => {
  proxy.setFaults({ toServer: { delay: 300 } });
  const startedAt = performance.now();
  client.write('a');
  client.write('b');
  peer.write('x');
  await expect.poll(() => received.client).toBe('x');
  expect(received.server).toBe('');
  await expect.poll(() => received.server).toBe('ab');
  expect(performance.now() - startedAt).toBeGreaterThan(290);
});

test('a direction that is held passes its bytes when the faults are cleared', async () => {
  proxy.setFaults({ toServer: { isHeld: true } });
  client.write('held');
  peer.write('x');
  await expect.poll(() => received.client).toBe('x');
  expect(received.server).toBe('');
  proxy.clearFaults();
  await expect.poll(() => received.server).toBe('held');
});

test('a direction that discards its bytes loses them for ever', async () => {
  proxy.setFaults({ toServer: { isDiscarded: true } });
  client.write('lost');
  peer.write('x');
  await expect.poll(() => received.client).toBe('x');
  proxy.clearFaults();
  client.write('kept');
  await expect.poll(() => received.server).toBe('kept');
});

test('a slow direction passes byte after byte, and stops reading from its sender', async () => {
  proxy.setFaults({ toServer: { bytesPerSecond: 20 } });
  client.write(Buffer.alloc(40_000_000, 'x'));
  await once(peer, 'data');
  await once(peer, 'data');
  // This many bytes take longer than the test may.
  expect(received.server.length).toBeLessThan(20 * 240);
  expect(client.writableLength).toBeGreaterThan(0);
});

test('a connection is cut after a number of bytes: the receiver gets them, the sender a reset', async () => {
  proxy.setFaults({ toServer: { bytesUntilCut: 3 } });
  const ended = once(peer, 'end');
  const failed = closed(client);
  client.write('abcdef');
  await ended;
  expect(received.server).toBe('abc');
  await failed;
  expect([proxy.cuts, proxy.bytesToServer]).toEqual([1, 3]);
});

test.each(['client', 'server'] as const)(
  'half-open: the %s is not notified that the other side is gone',
  async (side) => {
    const [kept, broken] = side === 'client' ? [client, peer] : [peer, client];
    let isClosed = false;
    kept.on('close', () => {
      isClosed = true;
    });
    const isBroken = closed(broken);
    proxy.abandon(side);
    await isBroken;
    kept.write('into the void');
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
  },
);

test('a reset breaks both sides, and without a target, new connections are refused', async () => {
  const areClosed = Promise.all([closed(client), closed(peer)]);
  proxy.reset();
  await areClosed;
  proxy.target = undefined;
  client = connect(proxy.port, '127.0.0.1');
  const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toMatch(/ECONNRESET|EPIPE/);
});

test('after close, another server can start on the port and answer fetch at once', async () => {
  const answer = (status: number): HttpServer =>
    createHttpServer((_request, response) => response.writeHead(status).end());
  const first = answer(200).listen(0, '127.0.0.1');
  await once(first, 'listening');
  const inFront = await FaultProxy.start((first.address() as AddressInfo).port);
  const { port } = inFront;
  const send = async (): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST' });
    await response.text();
    return response.status;
  };
  expect(await send()).toBe(200);
  // `fetch` keeps the connection for the next request.
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  await inFront.close();
  const next = answer(418).listen(port, '127.0.0.1');
  expect(await send()).toBe(418);
  for (const http of [first, next]) {
    http.closeAllConnections();
    http.close();
  }
});
