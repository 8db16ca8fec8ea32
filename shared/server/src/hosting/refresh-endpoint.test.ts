import { expect, test } from 'vitest';
import { Gate } from '../connections/gate.ts';
import { type AuthenticationHandler, Hub, type MapHubOptions } from '../index.ts';
import { RawClient } from '../testing/raw-client.ts';
import { testServer } from '../testing/index.ts';

const hasDisconnected = new Gate();

class RoleHub extends Hub {
  override onDisconnected(): void {
    // The server removes the connection in the same turn.
    setImmediate(() => hasDisconnected.open());
  }
  override async onAuthenticationRefreshed(): Promise<void> {
    await this.clients.caller.send('refreshed', this.role());
  }
  role(): unknown {
    return this.context.user?.['role'] ?? null;
  }
}

/** Everybody is alice, with the role of a header. Her tickets do not expire. */
const authentication: AuthenticationHandler = {
  authenticate: ({ request }) => {
    const role = request.headers['x-role'];
    return { ticket: { user: { sub: 'alice', role }, expiresAt: undefined } };
  },
};

/** A server, and a client that has negotiated. */
async function start(options: Partial<MapHubOptions<RoleHub>> = {}) {
  const server = await testServer((signalr) =>
    signalr.mapHub('/hub', RoleHub, {
      authentication,
      enableAuthenticationRefresh: true,
      methods: ['role'],
      ...options,
    }),
  );
  const url = `${server.url}/hub`;
  const response = await fetch(`${url}/negotiate?negotiateVersion=1`, { method: 'POST' });
  const negotiated = (await response.json()) as Record<string, unknown>;
  const id = String(negotiated['connectionToken']);
  const refresh = async (role: string): Promise<[number, unknown]> => {
    const headers = { 'x-role': role };
    const answer = await fetch(`${url}/refresh?id=${id}`, { method: 'POST', headers });
    return [answer.status, await answer.json()];
  };
  return { server, negotiated, url: `${url}?id=${id}`, refresh };
}

test('a ticket that does not expire is refreshed without a lifetime', async () => {
  const { server, negotiated, url, refresh } = await start();
  const client = await RawClient.connect(url);
  expect(negotiated).not.toHaveProperty('tokenLifetimeSeconds');
  expect(await refresh('admin')).toEqual([200, {}]);
  expect(await client.next()).toContain('"refreshed","arguments":["admin"]');
  await server.close();
});

test('a connection that closes while the app decides is not found', async () => {
  const isDeciding = new Gate();
  const onAuthenticationRefresh = async (): Promise<boolean> => {
    const closed = hasDisconnected.wait();
    isDeciding.open();
    await closed;
    return true;
  };
  const { server, url, refresh } = await start({ onAuthenticationRefresh });
  const client = await RawClient.connect(url);
  const deciding = isDeciding.wait();
  const refreshed = refresh('admin');
  await deciding;
  client.close();
  expect(await refreshed).toEqual([404, { error: 'connection_not_found' }]);
  await server.close();
});

test('a refresh before the connected hook runs no hook: the connected hook sees the claims', async () => {
  const { server, url, refresh } = await start();
  const client = await RawClient.open(url);
  expect(await refresh('admin')).toEqual([200, {}]);
  client.send('{"protocol":"json","version":1}\u001e');
  client.send('{"type":1,"invocationId":"1","target":"role","arguments":[]}\u001e');
  expect(await client.next()).toBe('{}');
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"admin"}');
  await server.close();
});
