import { ServiceManager } from '@practical-signalr/azure/management';
import jwt from 'jsonwebtoken';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { DEFAULT_ACCESS_KEY, type Emulator, startEmulator } from '../index.ts';
import { connectServer, type RawServer } from '../testing/raw-server.ts';
import {
  clientToken,
  connectClient,
  openClient,
  type ServiceClient,
} from '../testing/service-client.ts';

let emulator: Emulator;
let server: RawServer;
let other: ServiceClient;
const lines: string[] = [];
beforeEach(async () => {
  lines.length = 0;
  emulator = await startEmulator({ port: 0, log: (line) => lines.push(line) });
  server = await connectServer(emulator.url);
  other = await connectClient(emulator.url);
});
afterEach(() => emulator.close());

const say = (payload: string): void =>
  server.send({ type: 10, excludedList: [], payloads: new Map([['json', `${payload}\u001e`]]) });

/** Checks that the other client still gets messages, and that no further client is left. */
async function onlyTheOtherIsLeft(): Promise<void> {
  say('still here');
  await expect.poll(() => other.records.at(-1)).toBe('still here');
  await expect.poll(() => emulator.status().openConnections).toBe(2);
  expect([...(emulator.hubs.get('chat')?.clients.keys() ?? [])]).toEqual([other.id]);
}

test('a handshake that does not end is refused with a message', async () => {
  const client = await openClient(emulator.url);
  for (let i = 0; i < 5; i++) client.webSocket.send('x'.repeat(8000));
  await client.closed;
  expect(client.records).toEqual(['{"error":"The handshake is too long."}']);
  await onlyTheOtherIsLeft();
});

test('a message of 9 MB reaches the server in parts, which it can limit', async () => {
  const client = await connectClient(emulator.url);
  const size = 9 * 1024 * 1024;
  const before = server.received.length;
  client.webSocket.send(Buffer.alloc(size, 'x'));
  const parts = (): (string | Uint8Array)[] =>
    server.received.slice(before).flatMap((message) => (message.type === 6 ? message.payload : []));
  await expect.poll(() => parts().reduce((sum, part) => sum + part.length, 0)).toBe(size);
  expect(Math.max(...parts().map((part) => part.length))).toBeLessThanOrEqual(65_536);
  client.webSocket.terminate();
  await onlyTheOtherIsLeft();
});

test('invalid UTF-8, malformed frames and an incomplete request close their connection only', async () => {
  for (const bytes of ['818341a1a1a1ff', 'ffffffffffff', '8184']) {
    const client = await connectClient(emulator.url);
    const { _socket: socket } = client.webSocket as unknown as {
      _socket: { end(data: Buffer): void };
    };
    socket.end(Buffer.from(bytes, 'hex'));
    await client.closed;
  }
  await onlyTheOtherIsLeft();
});

test('a client that does not read is closed at 16 MB, and others receive everything', async () => {
  const slow = await connectClient(emulator.url);
  slow.webSocket.pause();
  const large = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 40; i++) {
    say(large);
    await expect.poll(() => other.records.length).toBe(i + 1); // one at a time: it is not slow
  }
  await expect
    .poll(() => lines)
    .toContain(`Client ${slow.id} does not read what is sent to it and was closed.`);
  slow.webSocket.terminate();
  await onlyTheOtherIsLeft();
});

test('a client cannot send the headers of the service', async () => {
  const webSocket = new WebSocket(`${emulator.url.replace('http', 'ws')}/client/?hub=chat`, {
    headers: {
      authorization: `Bearer ${clientToken()}`,
      'x-forwarded-for': '1.2.3.4',
      'asrs-instance-id': 'mine',
      'asrs-migrate-from': 'server-1',
      'x-mine': 'kept',
    },
  });
  webSocket.on('open', () => webSocket.send('{"protocol":"json","version":1}\u001e'));
  await expect.poll(() => server.of(4).length).toBe(2);
  const headers = [...(server.of(4)[1]?.headers ?? [])].map(
    ([name, values]) => `${name.toLowerCase()}: ${values.join()}`,
  );
  expect(headers.filter((line) => /^(x-|asrs-)/.test(line)).toSorted()).toEqual([
    'asrs-instance-id: emulator',
    'x-forwarded-for: 127.0.0.1',
    'x-mine: kept',
  ]);
  webSocket.terminate();
});

test('a client is closed at the time that the app sets, otherwise when the token expires', async () => {
  const soon = Math.floor(Date.now() / 1000) + 1;
  const clients = await Promise.all([
    connectClient(emulator.url, { 'asrs.s.coae': 'true', 'asrs.s.aeo': String(soon) }),
    connectClient(emulator.url, { 'asrs.s.coae': 'true', exp: soon }),
  ]);
  const stays = await connectClient(emulator.url, { exp: soon });
  for (const { closed, records } of clients) {
    await closed;
    expect(records).toEqual(['{"type":7,"allowReconnect":true}']);
  }
  expect(Date.now()).toBeGreaterThanOrEqual(soon * 1000);
  expect(emulator.hubs.get('chat')?.clients.has(stays.id)).toBe(true);
});

const HOUR = 3600;
const now = (): number => Math.floor(Date.now() / 1000);
test.each<[string, () => string, number]>([
  [
    'a clock that is an hour behind',
    () => clientToken({ nbf: now() - 2 * HOUR, exp: now() - HOUR }),
    401,
  ],
  [
    'a clock that is an hour ahead',
    () => clientToken({ nbf: now() + HOUR, exp: now() + 2 * HOUR }),
    401,
  ],
  [
    'a clock that is four minutes behind',
    () => clientToken({ nbf: now() - HOUR, exp: now() - 240 }),
    200,
  ],
  [
    'a clock that is four minutes ahead',
    () => clientToken({ nbf: now() + 240, exp: now() + HOUR }),
    200,
  ],
  ['a wrong key', () => clientToken({}, 'wrong'), 401],
  ['a token over 4,096 characters', () => clientToken({ claim: 'x'.repeat(3000) }), 413],
])('%s: WebSocket, negotiation and polling give the same answer', async (_what, token, status) => {
  const headers = { authorization: `Bearer ${token()}` };
  const at = `${emulator.url}/client/?hub=chat`;
  const negotiate = await fetch(at.replace('/?', '/negotiate?'), { method: 'POST', headers });
  expect(negotiate.status).toBe(status);
  expect(Math.abs(Date.parse(negotiate.headers.get('date') ?? '') - Date.now())).toBeLessThan(
    60_000,
  );
  expect((await fetch(`${at}&id=x`, { headers })).status).toBe(status === 200 ? 404 : status);
  const webSocket = new WebSocket(at.replace('http', 'ws'), { headers });
  webSocket.on('error', () => undefined);
  const answered = await new Promise((resolve) => {
    webSocket.on('open', () => resolve(200));
    webSocket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
  });
  expect(answered).toBe(status);
  webSocket.terminate();
});

test('REST refuses a token over 4,096 characters with 413, and neither log nor answer shows it', async () => {
  const audience = 'http://127.0.0.1/api/hubs/chat/:send';
  const token = jwt.sign({ claim: 'x'.repeat(3000) }, DEFAULT_ACCESS_KEY, {
    audience,
    expiresIn: 60,
  });
  const answer = await fetch(`${emulator.url}/api/hubs/chat/:send?api-version=2022-06-01`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'Error.Token' }]);
  expect(lines.join('\n')).not.toContain(token.slice(0, 40));
  const rest = new ServiceManager({ connectionString: emulator.connectionString, environment: {} });
  expect(await rest.hubContext('chat').clientManager.connectionExists(other.id)).toBe(true);
});
