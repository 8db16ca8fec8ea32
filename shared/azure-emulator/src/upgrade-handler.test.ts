import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import jwt from 'jsonwebtoken';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type EmulatorOptions, DEFAULT_ACCESS_KEY } from './emulator-options.ts';
import { type Emulator, startEmulator } from './index.ts';
import { clientToken, openClient } from './testing/service-client.ts';

let emulator: Emulator;
afterEach(() => emulator.close());
const start = async (options: EmulatorOptions = {}): Promise<void> => {
  emulator = await startEmulator({ port: 0, ...options });
};

const serverToken = jwt.sign({}, DEFAULT_ACCESS_KEY, {
  audience: 'http://127.0.0.1/server/?hub=chat',
});

/** Requests a WebSocket, and returns the status and the text of the refusal. */
async function refusal(path: string, token: string): Promise<readonly [number, string]> {
  const headers = { authorization: `Bearer ${token}` };
  const webSocket = new WebSocket(emulator.url.replace('http', 'ws') + path, { headers });
  const [, response] = (await once(webSocket, 'unexpected-response')) as [unknown, IncomingMessage];
  return [response.statusCode ?? 0, await text(response)];
}

test('requests for a WebSocket that fit no endpoint are refused', async () => {
  await start();
  expect(await refusal('/other?hub=chat', clientToken())).toEqual([404, '']);
  expect(await refusal('/client/', clientToken())).toEqual([400, expect.stringContaining('hub')]);
  expect(await refusal('/client/?hub=chat&id=unknown', clientToken())).toEqual([
    404,
    expect.stringContaining('No Connection with that ID'),
  ]);
  expect(await refusal('/client/?hub=chat', 'invalid')).toEqual([401, expect.any(String)]);
  expect(emulator.status().openConnections).toBe(0);
});

test('a request that asks for HTTP/2 without TLS is served as an ordinary one', async () => {
  await start();
  const headers = {
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAM',
  };
  const sent = request(`${emulator.url}/api/health`, { headers, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(200);
});

test('a target that is not a URL is refused with 404', async () => {
  await start();
  const socket = connect(emulator.port, '127.0.0.1');
  socket.write(
    'GET http://[ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  expect(await text(socket)).toMatch(/^HTTP\/1.1 404 /);
});

test('a second WebSocket of a connection is refused with 409', async () => {
  await start();
  const client = await openClient(emulator.url);
  const path = client.webSocket.url.slice(emulator.url.replace('http', 'ws').length);
  expect(await refusal(path, clientToken())).toEqual([409, expect.any(String)]);
  expect(emulator.status().openConnections).toBe(1);
});

test('in serverless mode, servers are refused with 403', async () => {
  await start({ serviceMode: 'Serverless' });
  expect(await refusal('/server/?hub=chat', serverToken)).toEqual([
    403,
    expect.stringContaining('serverless mode'),
  ]);
});

test('if the quota is reached, clients and servers are refused with 429', async () => {
  await start({ quota: 1 });
  await openClient(emulator.url);
  expect(await refusal('/client/?hub=chat', clientToken())).toEqual([429, expect.any(String)]);
  expect(await refusal('/server/?hub=chat', serverToken)).toEqual([429, expect.any(String)]);
});
