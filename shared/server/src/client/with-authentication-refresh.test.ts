import {
  HubConnectionBuilder,
  HttpTransportType,
  type IHttpConnectionOptions,
  LogLevel,
} from '@microsoft/signalr';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Hub, jwtBearer } from '../index.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { testKey, testToken } from '../testing/test-token.ts';
import type {
  AuthenticationRefreshedContext,
  AuthenticationRefreshFailedContext,
  AuthenticationRefreshOptions,
} from './authentication-refresh.ts';
import {
  type RefreshingHubConnection,
  withAuthenticationRefresh,
} from './with-authentication-refresh.ts';

class RoleHub extends Hub {
  role(): unknown {
    return this.context.user?.['role'] ?? null;
  }
}

let server: TestServer;
const opened: RefreshingHubConnection[] = [];
beforeEach(async () => {
  server = await testServer((signalr) =>
    signalr.mapHub('/hub', RoleHub, {
      methods: ['role'],
      authentication: jwtBearer({ key: testKey }),
      authorize: true,
      enableAuthenticationRefresh: true,
      closeOnAuthenticationExpiration: true,
    }),
  );
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((connection) => connection.stop()));
  await server.close();
});

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const alice = (claims: object): string => testToken({ sub: 'alice', ...claims });

/** Builds a connection whose token factory returns one token after the other. */
function connectionWith(
  tokens: string[],
  httpOptions: IHttpConnectionOptions = {},
  options: AuthenticationRefreshOptions = {},
): RefreshingHubConnection {
  const accessTokenFactory = (): string => tokens.shift() ?? alice({ role: 'last' });
  const builder = new HubConnectionBuilder()
    .withUrl(`${server.url}/hub?room=1`, { accessTokenFactory, ...httpOptions })
    .configureLogging(LogLevel.None);
  const connection = withAuthenticationRefresh(builder, options).build();
  opened.push(connection);
  return connection;
}

const nextRefresh = (
  connection: RefreshingHubConnection,
): Promise<AuthenticationRefreshedContext> =>
  new Promise((resolve) => connection.onAuthenticationRefreshed(resolve));

const nextFailure = (
  connection: RefreshingHubConnection,
): Promise<AuthenticationRefreshFailedContext> =>
  new Promise((resolve) => connection.onAuthenticationRefreshFailed(resolve));

/** Lets the refresh of a token that is valid for 100 s, at half its lifetime, happen at once. */
function skipToRefresh(): void {
  const { setTimeout: start } = globalThis;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void, ms = 0) =>
    start(callback, ms > 40_000 && ms <= 50_000 ? 0 : ms)) as typeof setTimeout);
}

// A client that connects over WebSockets calls the token factory twice.
const first = (seconds: number): string[] => [
  alice({ exp: inSeconds(seconds) }),
  alice({ exp: inSeconds(seconds) }),
];

test('the client refreshes its token ahead of the expiry, and the connection stays', async () => {
  skipToRefresh();
  const connection = connectionWith([...first(100), alice({ role: 'admin', exp: inSeconds(500) })]);
  const refreshed = nextRefresh(connection);
  await connection.start();
  const { connectionId } = connection;
  const context = await refreshed;
  expect(context.connection).toBe(connection);
  expect(context.refreshedAt).toBeInstanceOf(Date);
  expect(context.newTokenLifetimeInSeconds).toBeGreaterThan(490);
  await expect(connection.invoke('Role')).resolves.toBe('admin');
  expect(connection.connectionId).toBe(connectionId);
});

test('refreshAuthentication sends a new token at once and returns its lifetime', async () => {
  const connection = connectionWith([...first(100), alice({ role: 'admin', exp: inSeconds(900) })]);
  await connection.start();
  await expect(connection.invoke('Role')).resolves.toBeNull();
  const refreshed = nextRefresh(connection);
  await expect(connection.refreshAuthentication()).resolves.toBeGreaterThan(890);
  await refreshed;
  await expect(connection.invoke('Role')).resolves.toBe('admin');
});

test('a refresh that the server refuses is reported, and the connection stays', async () => {
  const bob = testToken({ sub: 'bob', role: 'admin' });
  const connection = connectionWith([...first(100), bob]);
  const failed = nextFailure(connection);
  await connection.start();
  await expect(connection.refreshAuthentication()).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REFRESH_REFUSED',
    message: expect.stringContaining('status 403') as unknown,
  });
  expect((await failed).error).toMatchObject({ code: 'ERR_SIGNALR_REFRESH_REFUSED' });
  await expect(connection.invoke('Role')).resolves.toBeNull();
});

test('long polling continues with the new token', async () => {
  skipToRefresh();
  const tokens = [
    alice({ exp: inSeconds(100) }),
    alice({ role: 'admin', exp: inSeconds(500) }),
    'garbled',
  ];
  const connection = connectionWith(tokens, { transport: HttpTransportType.LongPolling });
  const refreshed = nextRefresh(connection);
  await connection.start();
  await refreshed;
  await expect(connection.invoke('Role')).resolves.toBe('admin');
  expect(tokens).toEqual(['garbled']);
});

test('without a connection, or without a negotiation, there is nothing to refresh', async () => {
  const connection = connectionWith([]);
  await expect(connection.refreshAuthentication()).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REFRESH_NOT_CONNECTED',
  });
  const withoutNegotiation = connectionWith([], {
    skipNegotiation: true,
    transport: HttpTransportType.WebSockets,
  });
  await withoutNegotiation.start();
  await expect(withoutNegotiation.refreshAuthentication()).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REFRESH_NOT_NEGOTIATED',
  });
  expect(() => withAuthenticationRefresh(new HubConnectionBuilder())).toThrow(
    expect.objectContaining({ code: 'ERR_SIGNALR_REFRESH_URL_MISSING' }),
  );
});

test('the method of a client that has it is used', () => {
  class NextBuilder extends HubConnectionBuilder {
    withAuthenticationRefresh(options: AuthenticationRefreshOptions): object {
      return { options };
    }
  }
  const options = { enableAutoRefresh: false };
  expect(withAuthenticationRefresh(new NextBuilder(), options)).toEqual({ options });
});

test('callbacks may throw', async () => {
  const connection = connectionWith(first(100));
  connection.onAuthenticationRefreshed(() => {
    throw new Error('callback broke');
  });
  await connection.start();
  await expect(connection.refreshAuthentication()).resolves.toBeGreaterThan(3000);
});
