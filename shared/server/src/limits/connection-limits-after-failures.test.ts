import { afterEach, expect, test } from 'vitest';
import { type AuthenticationHandler, Hub, type SignalRServer } from '../index.ts';
import { internalsOf, type ServerInternals } from '../hosting/internals/server-internals.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { RawClient } from '../testing/raw-client.ts';

class EmptyHub extends Hub {}

const ignore = (): void => undefined;

let server: TestServer;
const clients: RawClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
});

/** Opens connections until one is refused. Returns how many were open. */
async function countAdmitted(url: string): Promise<number> {
  for (let admitted = 0; ; admitted++) {
    try {
      clients.push(await RawClient.open(url));
    } catch (error) {
      expect((error as Error).message).toBe('status 503');
      return admitted;
    }
  }
}

const connectionsOf = (signalr: SignalRServer, name: string): unknown =>
  signalr.health().entries[name]?.data?.['connections'];

test('a connection counts once if its client is lost while the connected hook refuses it', async () => {
  let refuse = (): void => undefined;
  const refused = new Promise<void>((resolve) => (refuse = resolve));
  class ChoosyHub extends Hub {
    override async onConnected(): Promise<void> {
      if (this.context.request.query.get('refused') === undefined) return;
      await refused;
      throw new Error('refused');
    }
  }
  server = await testServer((signalr) => signalr.mapHub('/hub', ChoosyHub, { methods: [] }), {
    logger: new CollectingLogger(),
    allowStatefulReconnects: true,
    limits: { connections: 2 },
  });
  const url = `${server.url}/hub`;
  for (let i = 0; i < 2; i++) {
    const query = 'negotiateVersion=1&useStatefulReconnect=true';
    const response = await fetch(`${url}/negotiate?${query}`, { method: 'POST' });
    const { connectionToken } = (await response.json()) as { connectionToken: string };
    const client = await RawClient.open(`${url}?refused=1&id=${connectionToken}`);
    client.send('{"protocol":"json","version":2}\u001e');
    expect(await client.next()).toBe('{}');
    client.close();
  }
  // The server answers after it has noticed the closed sockets.
  await fetch(server.url);
  refuse();
  await expect.poll(() => connectionsOf(server.signalr, 'ChoosyHub')).toBe(0);
  expect(await countAdmitted(url)).toBe(2);
});

test('a connection counts once if its handler returns after the shutdown timeout', async () => {
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const never = new Promise<void>(() => undefined);
  let isExpired = true;
  const authentication: AuthenticationHandler = {
    // The first tickets have expired when the server looks for the first time.
    authenticate: () => ({
      ticket: { user: { sub: 'ann' }, expiresAt: isExpired ? Date.now() : undefined },
      hasExplicitCredentials: true,
    }),
  };
  server = await testServer(
    (signalr) => signalr.mapConnection('/raw', () => (isExpired ? finished : never)),
    {
      authentication,
      closeOnAuthenticationExpiration: true,
      shutdownTimeout: 10,
      keepAliveInterval: 50,
      limits: { connections: 2 },
      logger: new CollectingLogger(),
    },
  );
  const url = `${server.url}/raw`;
  for (let i = 0; i < 2; i++) {
    const client = await RawClient.open(url);
    await client.end();
  }
  isExpired = false;
  finish();
  await finished; // the handlers have returned, too, because they waited first
  expect(await countAdmitted(url)).toBe(2);
});

test('a connection does not count if it cannot be served', async () => {
  server = await testServer((signalr) => signalr.mapHub('/hub', EmptyHub, { methods: [] }), {
    limits: { connections: 1 },
    logger: new CollectingLogger(),
  });
  const { activity } = internalsOf(server.signalr) as ServerInternals;
  const onOpened = (): never => {
    throw new Error('the meter is broken');
  };
  activity.observer = { onOpened, onClosed: ignore, onCall: ignore, onFailedCall: ignore };
  const url = `${server.url}/hub`;
  for (let i = 0; i < 2; i++) await (await RawClient.open(url)).end();
  activity.observer = undefined;
  expect(await countAdmitted(url)).toBe(1);
});
