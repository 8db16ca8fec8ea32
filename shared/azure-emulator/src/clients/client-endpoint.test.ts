import { afterEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../index.ts';
import { clientToken, openClient } from '../testing/service-client.ts';

let emulator: Emulator;
afterEach(() => emulator.close());

/** Negotiates, and returns a function that sends further requests of the client. */
async function negotiate(claims: object = {}) {
  const authorization = `Bearer ${clientToken(claims)}`;
  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${emulator.url}/client/${path}`, { ...init, headers: { authorization } });
  const negotiated = await request('negotiate?hub=chat', { method: 'POST' });
  const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
  return (init?: RequestInit) => request(`?hub=chat&id=${connectionToken}`, init);
}

const headers = { authorization: `Bearer ${clientToken()}` };

test('a request without a hub is refused with 400', async () => {
  emulator = await startEmulator({ port: 0 });
  const response = await fetch(`${emulator.url}/client/negotiate`, { method: 'POST', headers });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('hub');
});

test('a negotiated client that opens its transport after the quota was reached gets 429', async () => {
  const lines: string[] = [];
  emulator = await startEmulator({ port: 0, quota: 1, log: (line) => lines.push(line) });
  const negotiated = await fetch(`${emulator.url}/client/negotiate?hub=chat`, {
    method: 'POST',
    headers,
  });
  const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
  const first = await openClient(emulator.url);
  const open = (): Promise<Response> =>
    fetch(`${emulator.url}/client/?hub=chat&id=${connectionToken}`, {
      headers: { ...headers, accept: 'text/event-stream' },
    });
  const refused = await open();
  expect([refused.status, await refused.text()]).toEqual([429, expect.stringContaining('1')]);
  expect(lines.join('\n')).toContain('429');
  first.webSocket.close();
  await first.closed;
  await expect.poll(() => emulator.status().openConnections).toBe(0);
  const opened = await open();
  expect(opened.status).toBe(200);
  await opened.body?.cancel();
});

test('a handshake that arrives before the first poll is answered', async () => {
  emulator = await startEmulator({ port: 0 });
  const request = await negotiate();
  const body = '{"protocol":"json","version":1}\u001e';
  expect((await request({ method: 'POST', body })).status).toBe(200);
  const polls: string[] = [];
  for (let status = 200; status === 200;) {
    const poll = await request();
    polls.push(await poll.text());
    status = poll.status;
  }
  expect(polls.join('')).toMatch(/^\{"error":".+"\}\u001e$/);
});

test('the app determines how long a poll takes', async () => {
  emulator = await startEmulator({ port: 0 });
  const request = await negotiate({ 'asrs.s.ttl': '1' });
  expect((await request()).status).toBe(200);
  const poll = await request();
  expect([poll.status, await poll.text()]).toEqual([200, '']);
  await request({ method: 'DELETE' });
});

test('a client with a binary protocol is refused in bytes if there is no server', async () => {
  emulator = await startEmulator({ port: 0 });
  const client = await openClient(emulator.url);
  const answers: [string, boolean][] = [];
  client.webSocket.on('message', (data: Buffer, isBinary) =>
    answers.push([data.toString(), isBinary]),
  );
  client.webSocket.send('{"protocol":"messagepack","version":1}\u001e');
  await client.closed;
  expect(answers).toEqual([[expect.stringMatching(/^\{"error":".+"\}\u001e$/), true]]);
});
