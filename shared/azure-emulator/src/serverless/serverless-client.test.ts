import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../index.ts';
import type { ServiceHub } from '../hubs/service-hub.ts';
import { clientToken, connectClient, openClient } from '../testing/service-client.ts';

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator({ port: 0, serviceMode: 'Serverless' });
});
afterEach(() => emulator.close());

const hub = (): ServiceHub => emulator.hubs.get('chat') as ServiceHub;

test('a client gets pings, and is closed if it sends nothing for longer than the timeout', async () => {
  const client = await connectClient(emulator.url);
  hub().sweep(Date.now(), 20_000);
  expect(await client.waitFor(() => client.records.shift())).toBe('{"type":6}');
  hub().sweep(Date.now(), 120_000);
  await client.closed;
  expect(client.records).toEqual([expect.stringContaining('"type":7,"error":"')]);
});

test('a client over long polling gets no pings, and may stay silent', async () => {
  const headers = { authorization: `Bearer ${clientToken()}` };
  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${emulator.url}/client/${path}`, { headers, ...init });
  const negotiated = await request('negotiate?hub=chat', { method: 'POST' });
  const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
  const path = `?hub=chat&id=${connectionToken}`;
  await request(path);
  await request(path, { method: 'POST', body: '{"protocol":"json","version":1}\u001e' });
  expect(await (await request(path)).text()).toBe('{}\u001e');
  hub().sweep(Date.now(), 20_000);
  hub().sweep(Date.now(), 120_000);
  const call = '{"type":1,"invocationId":"7","target":"a","arguments":[]}\u001e';
  await request(path, { method: 'POST', body: call });
  expect(await (await request(path)).text()).toMatch(/^\{"type":3,"invocationId":"7",.*\}\u001e$/);
  await request(path, { method: 'DELETE' });
});

test('the time in which the process slept is not silence of a client', async () => {
  const client = await connectClient(emulator.url);
  hub().sweep(Date.now() + 3_600_000, 1000);
  expect(hub().clients.size).toBe(1);
  client.webSocket.terminate();
});

test.each([
  ['at the end of its token', {}, 60],
  [
    'at the time that the app has set',
    { 'asrs.s.aeo': String(Math.floor(Date.now() / 1000) + 30) },
    30,
  ],
])(
  'a client whose authentication expires is closed %s, and may reconnect',
  async (_when, claims, seconds) => {
    const client = await connectClient(emulator.url, { 'asrs.s.coae': 'true', ...claims });
    hub().sweep(Date.now() + (seconds - 10) * 1000, 0);
    expect(hub().clients.size).toBe(1);
    hub().sweep(Date.now() + (seconds + 10) * 1000, 0);
    await client.closed;
    expect(client.records).toEqual(['{"type":7,"allowReconnect":true}']);
  },
);

test('an end of the authentication that is no number closes no client', async () => {
  await connectClient(emulator.url, { 'asrs.s.coae': 'true', 'asrs.s.aeo': 'never' });
  hub().sweep(Date.now() + 3_600_000, 0);
  expect(hub().clients.size).toBe(1);
});

test('a client with an unknown protocol is refused with the reason, and leaves no hub behind', async () => {
  const client = await openClient(emulator.url);
  client.webSocket.send('{"protocol":"unknown","version":1}\u001e');
  client.webSocket.send('{"protocol":"json","version":1}\u001e'); // It is ignored.
  await client.closed;
  expect(client.records).toEqual([expect.stringContaining("'unknown'")]);
  expect(emulator.hubs.get('chat')).toBeUndefined();
});

test('a client that is closed twice gets one Close message', async () => {
  const client = await connectClient(emulator.url);
  const [emulated] = [...hub().clients.values()];
  hub().closeClient(emulated!);
  hub().closeClient(emulated!);
  await client.closed;
  expect(client.records).toEqual(['{"type":7}']);
});

test('a call with a stream and without an id is ignored', async () => {
  const client = await connectClient(emulator.url);
  client.webSocket.send('{"type":1,"target":"a","arguments":[],"streamIds":["1"]}\u001e');
  client.webSocket.send('{"type":1,"invocationId":"7","target":"b","arguments":[]}\u001e');
  const [record] = await client.waitFor(() =>
    client.records.length > 0 ? client.records : undefined,
  );
  expect(record).toContain('"invocationId":"7"');
});
