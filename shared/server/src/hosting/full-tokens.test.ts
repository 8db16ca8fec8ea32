import { afterEach, expect, test, vi } from 'vitest';
import { Hub } from '../index.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { RawClient } from '../testing/raw-client.ts';
import { UsedTokens } from '../connections/tokens/used-tokens.ts';

class EmptyHub extends Hub {}

let server: TestServer;
afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
});

test('while no further used token can be remembered, no transport opens a connection', async () => {
  server = await testServer((signalr) => signalr.mapHub('/hub', EmptyHub, { methods: [] }), {
    connectionTokens: { keys: ['a key for tokens with at least 32 bytes'] },
  });
  const isFull = vi.spyOn(UsedTokens.prototype, 'isFull', 'get').mockReturnValue(true);
  const urls: string[] = [];
  for (let i = 0; i < 3; i++) {
    const target = `${server.url}/hub/negotiate?negotiateVersion=1`;
    const response = await fetch(target, { method: 'POST' });
    const { connectionToken } = (await response.json()) as { connectionToken: string };
    urls.push(`${server.url}/hub?id=${connectionToken}`);
  }
  const [webSocket = '', events = '', polls = ''] = urls;
  const headers = { accept: 'text/event-stream' };
  await expect(RawClient.open(webSocket)).rejects.toThrow('status 503');
  expect((await fetch(events, { headers })).status).toBe(503);
  expect((await fetch(polls)).status).toBe(503);
  isFull.mockReturnValue(false);
  (await RawClient.open(webSocket)).close();
  const stream = await fetch(events, { headers });
  await stream.body?.cancel();
  expect([stream.status, (await fetch(polls)).status]).toEqual([200, 200]);
});
