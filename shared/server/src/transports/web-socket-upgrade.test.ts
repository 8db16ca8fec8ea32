import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Hub } from '../index.ts';
import { testServer, type TestServer } from '../testing/index.ts';

class EmptyHub extends Hub {}

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ '/hub': { hub: EmptyHub, methods: [] } });
});
afterAll(() => server.close());

/** Requests a WebSocket without negotiation and returns the response. */
function upgrade(headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const upgradeRequest = request(`${server.url}/hub`, {
      headers: {
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });
    upgradeRequest.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response);
    });
    upgradeRequest.on('response', (response) => {
      response.resume();
      resolve(response);
    });
    upgradeRequest.on('error', reject).end();
  });
}

test('compression is not negotiated, although the client offers it', async () => {
  const response = await upgrade({ 'sec-websocket-extensions': 'permessage-deflate' });
  expect(response.statusCode).toBe(101);
  expect(response.headers['sec-websocket-extensions']).toBeUndefined();
});

test.each(['WebSocket', 'h2c, websocket', 'WEBSOCKET ,h2c', 'websocket,'])(
  'a client that offers to upgrade to %j gets a WebSocket, as from ASP.NET Core',
  async (protocols) => {
    const response = await upgrade({ upgrade: protocols });
    expect([response.statusCode, response.headers.upgrade]).toEqual([101, 'websocket']);
  },
);

test.each(['0', '7', 'hixie-76', ''])(
  'a WebSocket of version %j, which is not RFC 6455, is refused',
  async (version) => {
    expect((await upgrade({ 'sec-websocket-version': version })).statusCode).toBe(400);
  },
);
