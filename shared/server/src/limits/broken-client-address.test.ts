import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type ClientLimits, Hub } from '../index.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { testServer, type TestServer } from '../testing/index.ts';

class EmptyHub extends Hub {}

let server: TestServer;
afterEach(() => server.close());

const logger = new CollectingLogger();
async function start(clientAddress: ClientLimits['clientAddress']): Promise<string> {
  server = await testServer((signalr) => signalr.mapHub('/hub', EmptyHub, { methods: [] }), {
    logger,
    limits: { connectionsPerAddress: 10, ...(clientAddress && { clientAddress }) },
  });
  return `${server.url}/hub`;
}

const broken = (): never => {
  throw new Error('no such header');
};

test('a clientAddress that throws refuses requests, and the server goes on', async () => {
  const url = await start(broken);
  const { status } = await fetch(`${url}/negotiate?negotiateVersion=1`, { method: 'POST' });
  const socket = new WebSocket(url.replace('http', 'ws'));
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    { statusCode: number },
  ];
  expect([status, response.statusCode]).toEqual([500, 500]);
  expect(logger.linesOf('error')).toHaveLength(2);
  socket.terminate();
});

test('a clientAddress that throws only when the connection is counted closes its socket', async () => {
  let calls = 0;
  const url = await start(() => {
    calls++;
    return calls < 2 ? '1.2.3.4' : broken();
  });
  const socket = new WebSocket(url.replace('http', 'ws'));
  socket.on('error', () => undefined);
  const [code] = await once(socket, 'close');
  expect(code).toBe(1006);
  expect(server.signalr.health().entries['EmptyHub']?.data?.['connections']).toBe(0);
});
