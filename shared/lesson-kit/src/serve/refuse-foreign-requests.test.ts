import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpStatus } from '../testing/http-status.ts';
import { refuseForeignRequests } from './refuse-foreign-requests.ts';

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((_request, response) => response.end('page'));
  server.on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  });
  refuseForeignRequests(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Returns the status of a request, or of an upgrade, with these headers. */
const statusOf = (headers: Record<string, string>): Promise<number | undefined> =>
  httpStatus({ port, headers });

const upgrade = { connection: 'Upgrade', upgrade: 'x' };

test.each(['localhost', '127.0.0.1', '[::1]', 'LOCALHOST'])(
  'the host %s is allowed, with and without the origin of its page',
  async (name) => {
    const host = `${name}:${port}`;
    expect(await statusOf({ host })).toBe(200);
    expect(await statusOf({ host, origin: `http://${host}` })).toBe(200);
    expect(await statusOf({ host, origin: `http://localhost:${port}` })).toBe(200);
    expect(await statusOf({ host, ...upgrade })).toBe(101);
    expect(await statusOf({ host, origin: `http://${host}`, ...upgrade })).toBe(101);
  },
);

test.each([
  'evil.example',
  'localhost.evil.example',
  'localhost@evil.example',
  '127.0.0.1.evil.example',
])("the host '%s' is refused", async (name) => {
  const host = `${name}:${port}`;
  expect(await statusOf({ host })).toBe(403);
  expect(await statusOf({ host, origin: `http://${host}` })).toBe(403);
  expect(await statusOf({ host, ...upgrade })).toBe(403);
});

test.each([
  'http://evil.example',
  'http://localhost:1',
  'http://localhost',
  'http://localhost.evil.example',
  'null',
  'HTTPS',
])("the origin '%s' is refused", async (origin) => {
  const host = `localhost:${port}`;
  const sent = origin === 'HTTPS' ? `https://${host}` : origin;
  expect(await statusOf({ host, origin: sent })).toBe(403);
  expect(await statusOf({ host, origin: sent, ...upgrade })).toBe(403);
});
