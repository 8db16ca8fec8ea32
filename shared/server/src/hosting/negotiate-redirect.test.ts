import { afterEach, expect, test } from 'vitest';
import { Hub } from '../hubs/hub.ts';
import { LocalLifetimeManager } from '../scale-out/local-lifetime-manager.ts';
import { NegotiateError } from '../scale-out/negotiate-error.ts';
import type { HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { RawClient } from '../testing/raw-client.ts';

class ChatHub extends Hub {}
let server: TestServer | undefined;
afterEach(() => server?.close());

async function negotiateWith(
  negotiate: NonNullable<HubLifetimeManager['negotiate']>,
): Promise<Response> {
  const nothing = (): void => undefined;
  server = await testServer((signalr) => signalr.mapHub('/chat', ChatHub, { methods: [] }), {
    scaleOut: () => Object.assign(new LocalLifetimeManager(), { negotiate }),
    userIdProvider: { getUserId: () => 'ada' },
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  });
  return fetch(`${server.url}/chat/negotiate?negotiateVersion=1&a=%20b`, { method: 'POST' });
}

test('a client is redirected by the scale-out, which receives path, query and user', async () => {
  const response = await negotiateWith(async (request, _user, hub) => ({
    url: `https://service/?path=${request.path}&${request.query.toString()}&user=${hub.userIdentifier}`,
    accessToken: 'token',
  }));
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.text()).toBe(
    '{"negotiateVersion":0,"url":"https://service/?path=/chat&negotiateVersion=1&a=%20b&user=ada","accessToken":"token","availableTransports":[]}',
  );
});

test('a client that is not redirected stays', async () => {
  const response = await negotiateWith(async () => undefined);
  expect(await response.json()).toMatchObject({ negotiateVersion: 1 });
});

test('a client that skips a redirecting negotiation is refused, unless it is not redirected', async () => {
  const answer = await negotiateWith(async () => undefined);
  const { connectionToken } = (await answer.json()) as { connectionToken: string };
  const { url } = server as TestServer;
  await expect(RawClient.open(`${url}/chat`)).rejects.toThrow('status 404');
  (await RawClient.connect(`${url}/chat?id=${connectionToken}`)).close();
});

test('a refusal is answered with its status and message, and other errors without details', async () => {
  const refused = await negotiateWith(() => Promise.reject(new NegotiateError('too long', 413)));
  expect([refused.status, await refused.text()]).toEqual([413, 'too long']);
  await server?.close();
  const failed = await negotiateWith(() => Promise.reject(new Error('secret')));
  expect([failed.status, await failed.text()]).toEqual([500, '']);
});
