import { afterEach, expect, test, vi } from 'vitest';
import { Hub, jwtBearer, type MapHubOptions } from '../index.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { RawClient } from '../testing/raw-client.ts';
import { TestTimeout } from '../testing/test-timeout.ts';
import { bearer, testKey, testToken } from '../testing/test-token.ts';

class RoleHub extends Hub {
  role(): unknown {
    return this.context.user?.['role'] ?? null;
  }
  admin(): string {
    return 'done';
  }
  override async onAuthenticationRefreshed(): Promise<void> {
    await this.clients.caller.send('refreshed', this.role());
    if (this.context.user?.['broken'] === true) throw new Error('hook broke');
  }
}
const authentication = jwtBearer({ key: testKey });
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const call = (target: string): string =>
  `{"type":1,"invocationId":"1","target":"${target}","arguments":[]}\u001e`;
const result = (value: unknown): string =>
  `{"type":3,"invocationId":"1","result":${JSON.stringify(value)}}`;

let server: TestServer;
const logger = new CollectingLogger();
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

interface Opened {
  readonly client: RawClient;
  readonly negotiated: { readonly connectionToken: string; readonly tokenLifetimeSeconds?: number };
  readonly refresh: (headers: Record<string, string>, id?: string) => Promise<[number, unknown]>;
}

/** A server with one hub, and a client that is connected with a token. */
async function open(
  claims: object,
  options: Partial<MapHubOptions<RoleHub>> = {},
): Promise<Opened> {
  const methods = { role: {}, admin: { authorize: { roles: ['admin'] } } };
  server = await testServer(
    (signalr) =>
      signalr.mapHub('/hub', RoleHub, {
        authentication,
        authorize: true,
        enableAuthenticationRefresh: true,
        methods,
        ...options,
      }),
    { logger },
  );
  const url = `${server.url}/hub`;
  const headers = bearer(testToken({ sub: 'alice', ...claims }));
  const answer = await fetch(`${url}/negotiate?negotiateVersion=1`, { method: 'POST', headers });
  const negotiated = (await answer.json()) as Opened['negotiated'];
  const client = await RawClient.connect(`${url}?id=${negotiated.connectionToken}`, headers);
  return {
    client,
    negotiated,
    refresh: async (newHeaders, id = negotiated.connectionToken) => {
      const response = await fetch(`${url}/refresh?id=${id}`, {
        method: 'POST',
        headers: newHeaders,
      });
      const text = await response.text();
      return [response.status, text === '' ? '' : JSON.parse(text)];
    },
  };
}

test('a new token for the same user changes the claims, and the connection stays open', async () => {
  const { client, negotiated, refresh } = await open({ exp: inSeconds(100) });
  expect(negotiated.tokenLifetimeSeconds).toBeGreaterThan(90);
  client.send(call('Admin'));
  expect(await client.next()).toContain('because user is unauthorized');
  const [status, body] = await refresh(
    bearer(testToken({ sub: 'alice', role: 'admin', exp: inSeconds(1000) })),
  );
  expect(status).toBe(200);
  expect((body as { tokenLifetimeSeconds: number }).tokenLifetimeSeconds).toBeGreaterThan(990);
  expect(await client.next()).toBe('{"type":1,"target":"refreshed","arguments":["admin"]}');
  client.send(call('Admin') + call('Role'));
  expect([await client.next(), await client.next()]).toEqual([result('done'), result('admin')]);
  client.close();
});

test('a failed hook is logged, and the connection keeps the new claims', async () => {
  const { client, refresh } = await open({});
  expect((await refresh(bearer(testToken({ sub: 'alice', role: 'admin', broken: true }))))[0]).toBe(
    200,
  );
  await client.next();
  client.send(call('OnAuthenticationRefreshed') + call('Role'));
  expect(await client.next()).toContain('Method does not exist.');
  expect(await client.next()).toBe(result('admin'));
  expect(logger.lines.filter((line) => line.startsWith('error')).at(-1)).toMatch(
    /^error onAuthenticationRefreshed of RoleHub failed\. Error: hook broke/,
  );
  client.close();
});

test('a refresh without a valid token, for another user or an unknown connection is refused', async () => {
  const { client, refresh } = await open({});
  const alice = bearer(testToken({ sub: 'alice' }));
  expect(await refresh({})).toEqual([401, '']);
  expect(await refresh(bearer('garbled'))).toEqual([401, '']);
  expect(await refresh(bearer(testToken({ sub: 'bob', role: 'admin' })))).toEqual([
    403,
    { error: 'permission_change_rejected' },
  ]);
  expect(await refresh(alice, 'unknown')).toEqual([404, { error: 'connection_not_found' }]);
  expect(await refresh(alice, '')).toEqual([400, { error: 'missing_connection_token' }]);
  expect((await fetch(`${server.url}/hub/refresh?id=x`, { headers: alice })).status).toBe(405);
  client.send(call('Role'));
  expect(await client.next()).toBe(result(null));
  client.close();
});

test('an anonymous connection cannot get a user', async () => {
  server = await testServer((signalr) =>
    signalr.mapHub('/hub', RoleHub, {
      methods: ['role', 'admin'],
      authentication,
      enableAuthenticationRefresh: true,
    }),
  );
  const answer = await fetch(`${server.url}/hub/negotiate?negotiateVersion=1`, { method: 'POST' });
  const { connectionToken } = (await answer.json()) as { connectionToken: string };
  const refresh = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${server.url}/hub/refresh?id=${connectionToken}`, { method: 'POST', headers });
  expect((await refresh(bearer(testToken({ sub: 'alice' })))).status).toBe(404); // not opened yet
  const client = await RawClient.connect(`${server.url}/hub?id=${connectionToken}`);
  expect((await refresh(bearer(testToken({ sub: 'alice' })))).status).toBe(403);
  expect((await refresh({})).status).toBe(401);
  client.close();
});

test.each<[string, NonNullable<MapHubOptions<RoleHub>['onAuthenticationRefresh']>, number]>([
  [
    'accepts',
    ({ previousUser, newUser }) =>
      previousUser['role'] === undefined && newUser['role'] === 'admin',
    200,
  ],
  ['accepts later', async () => true, 200],
  ['refuses', () => false, 403],
  [
    'throws',
    () => {
      throw new Error('refresh broke');
    },
    500,
  ],
  [
    'rejects',
    async () => {
      throw new Error('refresh broke');
    },
    500,
  ],
  ['never answers', () => new Promise(() => undefined), 500],
])('an app that %s', async (_name, onAuthenticationRefresh, status) => {
  using handshakeTimeout = new TestTimeout();
  const options = { onAuthenticationRefresh, handshakeTimeout: handshakeTimeout.ms };
  const { client, refresh } = await open({}, options);
  const refreshed = refresh(bearer(testToken({ sub: 'alice', role: 'admin' })));
  expect((await handshakeTimeout.elapseUntil(refreshed))[0]).toBe(status);
  if (status === 200) await client.next(); // the hook's message
  client.send(call('Role'));
  expect(await client.next()).toBe(result(status === 200 ? 'admin' : null));
  client.close();
});

test('a user for whom the userIdProvider returns another id is refused', async () => {
  const userIdProvider = {
    getUserId: ({ user }: { user: object | undefined }) => (user as { email?: string }).email,
  };
  const { client, refresh } = await open({ email: 'a@example.org' }, { userIdProvider });
  expect((await refresh(bearer(testToken({ sub: 'alice', email: 'b@example.org' }))))[0]).toBe(403);
  expect((await refresh(bearer(testToken({ sub: 'alice', email: 'a@example.org' }))))[0]).toBe(200);
  client.close();
});

test("where it is off, the path is the app's own and negotiation says nothing of lifetimes", async () => {
  const { client, negotiated, refresh } = await open({}, { enableAuthenticationRefresh: false });
  expect(negotiated.tokenLifetimeSeconds).toBeUndefined();
  expect((await refresh(bearer(testToken({ sub: 'alice' }))))[0]).toBe(404);
  client.close();
});

test('closeOnAuthenticationExpiration closes a connection when its token expires, unless it was refreshed', async () => {
  const now = Math.ceil(Date.now() / 1000) * 1000;
  vi.useFakeTimers({ toFake: ['Date'], now });
  const options = { closeOnAuthenticationExpiration: true, keepAliveInterval: 200 };
  const { client, refresh, negotiated } = await open({ exp: inSeconds(30) }, options);
  expect(negotiated.tokenLifetimeSeconds).toBe(30);
  const connectBob = (seconds: number): Promise<RawClient> =>
    RawClient.connect(
      `${server.url}/hub`,
      bearer(testToken({ sub: 'bob', exp: inSeconds(seconds) })),
    );
  const [early, late] = [await connectBob(20), await connectBob(30)];
  await refresh(bearer(testToken({ sub: 'alice', exp: inSeconds(100) })));
  expect(await client.next()).toContain('refreshed');
  const closed = { records: ['{"type":7,"allowReconnect":true}'], code: 1000 };
  vi.setSystemTime(now + 20_000);
  expect(await early.end()).toEqual(closed);
  vi.setSystemTime(now + 29_999);
  late.send(call('Role'));
  expect(await late.next()).toBe(result(null));
  // A connection that shares the end of Alice's first token shows when the server has seen it.
  vi.setSystemTime(now + 30_000);
  expect(await late.end()).toEqual(closed);
  client.send(call('Role'));
  expect(await client.next()).toBe(result(null));
  client.close();
});

test('another user cannot open a connection with a stolen connection token', async () => {
  const { client, negotiated } = await open({});
  const url = `${server.url}/hub?id=${negotiated.connectionToken}`;
  for (const method of ['GET', 'POST', 'DELETE']) {
    expect((await fetch(url, { method, headers: bearer(testToken({ sub: 'bob' })) })).status).toBe(
      403,
    );
  }
  await expect(RawClient.open(url, bearer(testToken({ sub: 'bob' })))).rejects.toThrow(
    'status 403',
  );
  await expect(RawClient.open(url, bearer(testToken({ sub: 'alice' })))).rejects.toThrow(
    'status 409',
  );
  expect(logger.lines.filter((line) => line.includes('another user'))).toHaveLength(4);
  client.send(call('Role'));
  expect(await client.next()).toBe(result(null));
  client.close();
});

test('over long polling, every request needs the same user, and a newer token of a poll is used', async () => {
  const { client, negotiated } = await open({});
  client.close();
  expect(negotiated.tokenLifetimeSeconds).toBeGreaterThan(0);
  const first = bearer(testToken({ sub: 'alice' }));
  const answer = await fetch(`${server.url}/hub/negotiate?negotiateVersion=1`, {
    method: 'POST',
    headers: first,
  });
  const { connectionToken } = (await answer.json()) as Opened['negotiated'];
  const url = `${server.url}/hub?id=${connectionToken}`;
  const ask = async (
    method: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<[number, string]> => {
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
    return [response.status, await response.text()];
  };
  expect(await ask('GET', first)).toEqual([200, '']);
  expect(await ask('POST', first, '{"protocol":"json","version":1}\u001e')).toEqual([200, '']);
  expect(await ask('GET', first)).toEqual([200, '{}\u001e']);
  for (const method of ['GET', 'POST', 'DELETE']) {
    const body = method === 'POST' ? call('Role') : undefined;
    expect(await ask(method, bearer(testToken({ sub: 'bob', role: 'admin' })), body)).toEqual([
      403,
      '',
    ]);
    expect(await ask(method, {}, body)).toEqual([401, '']);
  }
  const promoted = bearer(testToken({ sub: 'alice', role: 'admin' }));
  const poll = ask('GET', promoted);
  await ask('POST', promoted, call('Admin'));
  expect(await poll).toEqual([200, `${result('done')}\u001e`]);
  expect((await ask('DELETE', promoted))[0]).toBe(202);
});

test('a poll that was sent before a refresh does not restore the old claims', async () => {
  const { client } = await open({});
  client.close();
  const url = `${server.url}/hub`;
  const before = bearer(testToken({ sub: 'alice', exp: inSeconds(500) }));
  const request = (path: string, method: string, headers: object, body?: string) =>
    fetch(url + path, { method, headers: { ...headers }, ...(body === undefined ? {} : { body }) });
  const answer = await request('/negotiate?negotiateVersion=1', 'POST', before);
  const { connectionToken } = (await answer.json()) as Opened['negotiated'];
  const connection = `?id=${connectionToken}`;
  await request(connection, 'GET', before);
  await request(connection, 'POST', before, '{"protocol":"json","version":1}\u001e');
  expect(await (await request(connection, 'GET', before)).text()).toBe('{}\u001e');
  const admin = bearer(testToken({ sub: 'alice', role: 'admin', exp: inSeconds(900) }));
  expect((await request(`/refresh${connection}`, 'POST', admin)).status).toBe(200);
  const refreshed = await (await request(connection, 'GET', before)).text();
  expect(refreshed).toContain('refreshed');
  const poll = request(connection, 'GET', before);
  await request(connection, 'POST', before, call('Role'));
  expect(await (await poll).text()).toBe(`${result('admin')}\u001e`);
  expect((await request(connection, 'DELETE', admin)).status).toBe(202);
});

test('over Server-Sent Events, another user can neither send nor open the stream', async () => {
  const { client } = await open({});
  client.close();
  const headers = bearer(testToken({ sub: 'alice' }));
  const answer = await fetch(`${server.url}/hub/negotiate?negotiateVersion=1`, {
    method: 'POST',
    headers,
  });
  const { connectionToken } = (await answer.json()) as Opened['negotiated'];
  const url = `${server.url}/hub?id=${connectionToken}`;
  const events = await fetch(url, { headers: { ...headers, accept: 'text/event-stream' } });
  const bob = bearer(testToken({ sub: 'bob' }));
  expect((await fetch(url, { method: 'POST', headers: bob, body: call('Role') })).status).toBe(403);
  expect((await fetch(url, { headers: { ...bob, accept: 'text/event-stream' } })).status).toBe(403);
  expect(
    (await fetch(url, { method: 'POST', headers, body: '{"protocol":"json","version":1}\u001e' }))
      .status,
  ).toBe(200);
  const reader = (events.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  while (!text.includes('{}')) text += new TextDecoder().decode((await reader.read()).value);
  expect(text).toContain('data: {}\u001e');
  await reader.cancel();
});

test('a stateful reconnect requires the same user', async () => {
  server = await testServer((signalr) =>
    signalr.mapHub('/hub', RoleHub, {
      methods: ['role', 'admin'],
      authentication,
      authorize: true,
      allowStatefulReconnects: true,
    }),
  );
  const headers = bearer(testToken({ sub: 'alice' }));
  const query = 'negotiateVersion=1&useStatefulReconnect=true';
  const answer = await fetch(`${server.url}/hub/negotiate?${query}`, { method: 'POST', headers });
  const { connectionToken } = (await answer.json()) as Opened['negotiated'];
  const url = `${server.url}/hub?id=${connectionToken}`;
  const client = await RawClient.open(url, headers);
  client.send('{"protocol":"json","version":2}\u001e');
  expect(await client.next()).toBe('{}');
  await expect(RawClient.open(url, bearer(testToken({ sub: 'bob' })))).rejects.toThrow(
    'status 403',
  );
  const again = await RawClient.open(url, bearer(testToken({ sub: 'alice', role: 'admin' })));
  again.send(`{"type":9,"sequenceId":1}\u001e${call('Role')}`);
  expect(await again.next()).toContain('"type":9');
  expect(await again.next()).toBe(result('admin'));
  again.close();
});

test('a refresh at the path of another tenant is refused', async () => {
  let tenants: readonly string[] = ['a', 'b'];
  server = await testServer(
    (signalr) =>
      signalr.mapHub('/tenants/:tenant', RoleHub, {
        authentication,
        authorize: {
          policy: (_user, { request }) => tenants.includes(request.params['tenant'] ?? ''),
        },
        enableAuthenticationRefresh: true,
        methods: ['role', 'admin'],
      }),
    { logger },
  );
  const headers = bearer(testToken({ sub: 'alice' }));
  const post = (path: string): Promise<Response> =>
    fetch(`${server.url}/tenants/${path}`, { method: 'POST', headers });
  const negotiated = await (await post('a/negotiate?negotiateVersion=1')).json();
  const { connectionToken } = negotiated as { connectionToken: string };
  const query = `?id=${connectionToken}`;
  const client = await RawClient.connect(`${server.url}/tenants/a${query}`, headers);
  tenants = ['b'];
  expect((await post(`a/refresh${query}`)).status).toBe(403);
  const elsewhere = await post(`b/refresh${query}`);
  expect([elsewhere.status, await elsewhere.json()]).toEqual([
    404,
    { error: 'connection_not_found' },
  ]);
  client.close();
});
