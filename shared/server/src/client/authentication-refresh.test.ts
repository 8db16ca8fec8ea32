import {
  HttpClient,
  type HttpRequest,
  HttpResponse,
  type HubConnection,
  NullLogger,
} from '@microsoft/signalr';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  AuthenticationRefresh,
  type AuthenticationRefreshOptions,
} from './authentication-refresh.ts';
import { RefreshHttpClient } from './refresh-http-client.ts';

/** Answers with one response after the other, or throws it, and keeps the requests. */
class FakeHttpClient extends HttpClient {
  readonly requests: HttpRequest[] = [];
  readonly #responses: (object | Error)[];
  constructor(responses: (object | Error)[]) {
    super();
    this.#responses = responses;
  }
  respondWith(...responses: object[]): void {
    this.#responses.push(...responses);
  }
  override async send(request: HttpRequest): Promise<HttpResponse> {
    this.requests.push(request);
    const response = this.#responses.shift() ?? {};
    if (response instanceof Error) throw response;
    return new HttpResponse(200, 'OK', JSON.stringify(response));
  }
}

/** A connected connection that reports its events to nobody until the test does. */
class FakeConnection {
  state = 'Connected';
  baseUrl = 'https://app.example/hub/?room=1';
  events: Record<'close' | 'reconnecting' | 'reconnected', () => void> = {
    close: () => undefined,
    reconnecting: () => undefined,
    reconnected: () => undefined,
  };
  onclose(callback: () => void): void {
    this.events.close = callback;
  }
  onreconnecting(callback: () => void): void {
    this.events.reconnecting = callback;
  }
  onreconnected(callback: () => void): void {
    this.events.reconnected = callback;
  }
}

const negotiate: HttpRequest = {
  method: 'POST',
  url: 'https://app.example/hub/negotiate?negotiateVersion=1',
  headers: { Authorization: 'Bearer app-1' },
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const YEAR = 365 * 86_400_000;

/** A refresh of a connection that has negotiated. */
async function refreshOf(
  lifetimes: (number | undefined | Error)[],
  options: AuthenticationRefreshOptions = {},
  accessTokenFactory: (() => string | Promise<string>) | null = () => 'app-2',
) {
  const inner = new FakeHttpClient(
    lifetimes.map((lifetime) =>
      lifetime instanceof Error
        ? lifetime
        : { connectionToken: 'c 1', tokenLifetimeSeconds: lifetime },
    ),
  );
  const httpClient = new RefreshHttpClient(inner);
  const connection = new FakeConnection();
  const refresh = new AuthenticationRefresh({
    connection: connection as unknown as HubConnection,
    httpClient,
    httpOptions: {
      ...(accessTokenFactory === null ? {} : { accessTokenFactory }),
      headers: { 'x-app': '1' },
    },
    logger: NullLogger.instance,
    options,
  });
  await httpClient.send(negotiate);
  refresh.scheduleFirst();
  const refreshes = (): number =>
    inner.requests.filter(({ url }) => url?.includes('/refresh')).length;
  return { inner, httpClient, connection, refresh, refreshes };
}

test.each<[string, number, AuthenticationRefreshOptions, number]>([
  ['five minutes before the expiry', 3600, {}, 3300],
  ['at half the lifetime of a short token', 600, {}, 300],
  ['at the chosen time', 100, { refreshBeforeExpirationInMilliseconds: 10_000 }, 90],
  ['at the latest after 24 days', 100 * 86_400, {}, (2 ** 31 - 1) / 1000],
])('a token is refreshed %s', async (_name, lifetime, options, seconds) => {
  const { refreshes } = await refreshOf([lifetime], options);
  await vi.advanceTimersByTimeAsync(seconds * 1000 - 1);
  expect(refreshes()).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(refreshes()).toBe(1);
  await vi.advanceTimersByTimeAsync(YEAR);
  expect(refreshes()).toBe(1);
});

test('each refresh schedules the next one', async () => {
  const { refreshes } = await refreshOf([60, 120, 240]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(refreshes()).toBe(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(refreshes()).toBe(2);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(refreshes()).toBe(3);
});

test('a failed refresh is tried again at half the remaining time, until the token expires', async () => {
  const offline = new TypeError('fetch failed');
  const { refresh, refreshes } = await refreshOf([8, ...Array<Error>(9).fill(offline)]);
  const errors: Error[] = [];
  refresh.onRefreshFailed(({ error }) => void errors.push(error));
  for (const [index, seconds] of [4, 2, 1].entries()) {
    await vi.advanceTimersByTimeAsync(seconds * 1000 - 1);
    expect(refreshes()).toBe(index);
    await vi.advanceTimersByTimeAsync(1);
    expect(refreshes()).toBe(index + 1);
  }
  await vi.advanceTimersByTimeAsync(YEAR);
  expect(errors).toEqual([offline, offline, offline]);
});

test('the request goes to the path of the hub with the new token', async () => {
  const { inner, refresh, httpClient } = await refreshOf([60]);
  await refresh.refresh();
  expect(inner.requests[1]).toMatchObject({
    method: 'POST',
    url: 'https://app.example/hub/refresh?room=1&id=c+1',
    headers: { Authorization: 'Bearer app-2', 'x-app': '1' },
  });
  const poll = { method: 'GET', url: 'https://app.example/hub?id=1' };
  await httpClient.send({ ...poll, headers: { Authorization: 'Bearer app-1' } });
  await httpClient.send({ ...poll, headers: {} });
  expect(inner.requests.slice(2).map(({ headers }) => headers)).toEqual([
    { Authorization: 'Bearer app-2' },
    {},
  ]);
});

test.each(['close', 'reconnecting'] as const)('%s cancels the refresh', async (event) => {
  const { connection, refreshes } = await refreshOf([60, 60]);
  connection.events[event]();
  await vi.advanceTimersByTimeAsync(YEAR);
  expect(refreshes()).toBe(0);
});

test('a reconnected client schedules the refresh of its new token', async () => {
  const { connection, httpClient, refreshes } = await refreshOf([60, 100]);
  connection.events.reconnecting();
  await httpClient.send(negotiate);
  connection.events.reconnected();
  await vi.advanceTimersByTimeAsync(49_999);
  expect(refreshes()).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(refreshes()).toBe(1);
});

test('nothing is scheduled without a lifetime, when switched off, or if the connection closed', async () => {
  const withoutLifetime = await refreshOf([undefined, 60]);
  const switchedOff = await refreshOf([60, 60, 60], { enableAutoRefresh: false });
  await switchedOff.refresh.refresh();
  const closed = await refreshOf([undefined, 60]);
  await closed.httpClient.send(negotiate);
  closed.connection.state = 'Disconnected';
  closed.refresh.scheduleFirst();
  await vi.advanceTimersByTimeAsync(YEAR);
  expect([withoutLifetime, switchedOff, closed].map(({ refreshes }) => refreshes())).toEqual([
    0, 1, 0,
  ]);
});

test('behind a redirect, the app gets the token of the user and the service its own', async () => {
  const inner = new FakeHttpClient([
    { url: 'https://service.example/client', accessToken: 'service-1', tokenLifetimeSeconds: 60 },
    { connectionToken: 'c2' },
    { tokenLifetimeSeconds: 90, accessToken: 'service-2' },
  ]);
  const httpClient = new RefreshHttpClient(inner);
  const refresh = new AuthenticationRefresh({
    connection: new FakeConnection() as unknown as HubConnection,
    httpClient,
    httpOptions: { accessTokenFactory: () => 'app-2' },
    logger: NullLogger.instance,
    options: {},
  });
  await httpClient.send(negotiate);
  const service = 'https://service.example/client';
  await httpClient.send({ ...negotiate, url: `${service}/negotiate?negotiateVersion=1` });
  expect(httpClient.negotiated).toEqual({
    connectionToken: 'c2',
    lifetime: 60_000,
    transportToken: 'service-1',
  });
  await expect(refresh.refresh()).resolves.toBe(90);
  expect(inner.requests[2]?.url).toBe('https://app.example/hub/refresh?room=1&id=c2');
  await httpClient.send({
    method: 'GET',
    url: `${service}?id=c2`,
    headers: { Authorization: 'Bearer service-1' },
  });
  expect(inner.requests[3]?.headers).toEqual({ Authorization: 'Bearer service-2' });
});

test('refreshes run one after the other', async () => {
  const { inner, refresh } = await refreshOf([60, 70, 80]);
  const lifetimes = await Promise.all([refresh.refresh(), refresh.refresh()]);
  expect(lifetimes).toEqual([70, 80]);
  expect(inner.requests).toHaveLength(3);
});

/** What a callback returns that hangs. */
const never = new Promise<never>(() => undefined);

test('a callback may refresh again and wait for it', async () => {
  const { refresh } = await refreshOf([60, new Error('expired session'), 70]);
  const again = new Promise<number | undefined>((resolve, reject) => {
    // For example after the application has signed the user in again.
    refresh.onRefreshFailed(() => refresh.refresh().then(resolve, reject));
  });
  await expect(refresh.refresh()).rejects.toThrow('expired session');
  await expect(again).resolves.toBe(70);
});

test('callbacks that never settle hold up neither refreshes, their callers nor callbacks', async () => {
  const { refresh } = await refreshOf([60, 70, new Error('offline'), 80]);
  const outcomes: unknown[] = [];
  refresh.onRefreshed(() => never);
  refresh.onRefreshed((context) => void outcomes.push(context.newTokenLifetimeInSeconds));
  refresh.onRefreshFailed(() => never);
  refresh.onRefreshFailed(({ error }) => void outcomes.push(error.message));
  await expect(refresh.refresh()).resolves.toBe(70);
  await expect(refresh.refresh()).rejects.toThrow('offline');
  await expect(refresh.refresh()).resolves.toBe(80);
  expect(outcomes).toEqual([70, 'offline', 80]);
});

test('after a failure, the next attempt does not wait for the callbacks', async () => {
  const { refresh, refreshes } = await refreshOf([60, new Error('offline'), 60]);
  refresh.onRefreshFailed(() => never);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(refreshes()).toBe(1);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(refreshes()).toBe(2);
});

test.each([
  ['after a reconnect', ['reconnecting', 'reconnected']],
  ['after a new start', ['close']],
] as const)('%s, no refresh waits for those of the old connection', async (_name, events) => {
  const waiting: ((token: string) => void)[] = [];
  const { connection, httpClient, inner, refresh } = await refreshOf([60], {}, () =>
    waiting.length < 1 ? new Promise((resolve) => waiting.push(resolve)) : 'app-3',
  );
  const failure = { code: 'ERR_SIGNALR_REFRESH_NOT_CONNECTED' };
  const old = [refresh.refresh(), refresh.refresh()].map((promise) =>
    expect(promise).rejects.toMatchObject(failure),
  );
  await vi.advanceTimersByTimeAsync(0);
  expect(waiting).toHaveLength(1);
  for (const event of events) connection.events[event]();
  inner.respondWith({ connectionToken: 'c 2' }, { tokenLifetimeSeconds: 90 });
  await httpClient.send(negotiate);
  await expect(refresh.refresh()).resolves.toBe(90);
  waiting[0]?.('app-2');
  await Promise.all(old);
  expect(inner.requests.at(-1)?.headers).toMatchObject({ Authorization: 'Bearer app-3' });
});

test.each([
  ['no function for tokens', undefined],
  ['an empty token', () => ''],
])('with %s, the cookie of the app is refreshed', async (_name, accessTokenFactory) => {
  // A missing argument would select the default.
  const { inner, httpClient, refresh } = await refreshOf([60, 90], {}, accessTokenFactory ?? null);
  await expect(refresh.refresh()).resolves.toBe(90);
  expect(inner.requests[1]).toMatchObject({ headers: { 'x-app': '1' }, withCredentials: true });
  expect(inner.requests[1]?.headers).not.toHaveProperty('Authorization');
  await httpClient.send({ ...negotiate, url: 'https://app.example/hub?id=c 1' });
  expect(inner.requests[2]?.headers).toEqual(negotiate.headers);
});

test('a failure that is not an error is reported as one', async () => {
  const { refresh } = await refreshOf([60], {}, () => {
    throw 'signed out';
  });
  const failures: unknown[] = [];
  refresh.onRefreshFailed(({ error }) => void failures.push(error));
  await expect(refresh.refresh()).rejects.toThrow('signed out');
  expect(failures).toEqual([expect.objectContaining({ code: 'ERR_SIGNALR_REFRESH_FAILED' })]);
  expect(failures[0]).toBeInstanceOf(Error);
});
