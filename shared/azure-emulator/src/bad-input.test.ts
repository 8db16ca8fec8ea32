import { writeServiceMessage } from '@practical-signalr/azure/service-protocol';
import jwt from 'jsonwebtoken';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { DEFAULT_ACCESS_KEY, type Emulator, startEmulator } from './index.ts';

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator({ port: 0 });
});
afterEach(() => emulator.close());

const token = (audience: string, key = DEFAULT_ACCESS_KEY, expiresIn = 60): string =>
  jwt.sign({}, key, { audience, expiresIn });
const SERVER = 'http://127.0.0.1/server/?hub=chat';

function open(authorization: string): Promise<WebSocket | number> {
  const webSocket = new WebSocket(`${emulator.url.replace('http', 'ws')}/server/?hub=chat&cid=1`, {
    headers: { authorization },
  });
  return new Promise((resolve) => {
    webSocket.on('open', () => resolve(webSocket));
    webSocket.on('error', () => undefined);
    webSocket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
  });
}

test.each([
  ['no token', () => ''],
  ['another key', () => `Bearer ${token(SERVER, 'x')}`],
  ['another hub', () => `Bearer ${token('http://127.0.0.1/server/?hub=other')}`],
  ['a token for clients', () => `Bearer ${token('http://127.0.0.1/client/?hub=chat')}`],
  ['an expired token', () => `Bearer ${token(SERVER, DEFAULT_ACCESS_KEY, -3600)}`],
  ['no signature', () => `Bearer ${jwt.sign({}, '', { algorithm: 'none', audience: SERVER })}`],
])('%s is refused with 401', async (_what, authorization) => {
  expect(await open(authorization())).toBe(401);
});

test('malformed data closes its server connection only', async () => {
  const handshake = writeServiceMessage({
    type: 1,
    version: 1,
    connectionType: 0,
    target: '',
    migrationLevel: 0,
  });
  const [good, bad] = (await Promise.all([
    open(`Bearer ${token(SERVER)}`),
    open(`Bearer ${token(SERVER)}`),
  ])) as [WebSocket, WebSocket];
  good.send(handshake);
  bad.send(handshake);
  const hub = (): number | undefined => emulator.hubs.get('chat')?.servers.size;
  await expect.poll(hub).toBe(2);
  const closed = new Promise((resolve) => bad.on('close', resolve));
  bad.send(Buffer.from('ffffffffff', 'hex'));
  await closed;
  await expect.poll(hub).toBe(1);
  expect(good.readyState).toBe(WebSocket.OPEN);
  good.terminate();
});

test('a client without a token cannot negotiate', async () => {
  const response = await fetch(`${emulator.url}/client/negotiate?hub=chat`, { method: 'POST' });
  expect([response.status, await response.text()]).toEqual([
    401,
    expect.stringContaining('token is missing'),
  ]);
});

test('a port in use rejects with a message', async () => {
  await expect(startEmulator({ port: emulator.port })).rejects.toThrow(
    `Port ${emulator.port} is in use`,
  );
});
