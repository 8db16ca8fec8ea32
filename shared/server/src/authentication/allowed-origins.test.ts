import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { Hub, jwtBearer, requestUser, SignalRServer, type SignalRServerOptions } from '../index.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { bearer, testKey, testToken } from '../testing/test-token.ts';

class WhoHub extends Hub {}

let server: TestServer | undefined;
const logger = new CollectingLogger();
afterEach(() => server?.close());

/**
 * Starts a server whose users are identified by a cookie, which browsers attach to every request.
 */
async function start(options: SignalRServerOptions = {}): Promise<void> {
  const authentication = requestUser({
    user: (request: IncomingMessage) =>
      request.headers.cookie === 'session=alice' ? { id: 'alice' } : undefined,
  });
  server = await testServer(
    (signalr) => signalr.mapHub('/hub', WhoHub, { methods: [], authentication, ...options }),
    { logger },
  );
}

/** Sends a request with these headers, and returns the status of the response. */
function statusOf(method: string, path: string, headers: OutgoingHttpHeaders): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port: server!.port, host: '127.0.0.1', method, path, headers });
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode!);
    });
    request.on('response', (response) => {
      response.destroy();
      resolve(response.statusCode!);
    });
    request.on('error', reject).end();
  });
}

const upgrade = {
  connection: 'upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const session = { cookie: 'session=alice' };

/** Returns the statuses of negotiation, a WebSocket, an event stream and a poll. */
async function statuses(headers: OutgoingHttpHeaders, query = ''): Promise<number[]> {
  const negotiate = `/hub/negotiate?negotiateVersion=1${query}`;
  const negotiated = async (): Promise<string> => {
    const url = `${server!.url}${negotiate}`;
    const { authorization } = headers;
    const credentials = typeof authorization === 'string' ? { authorization } : session;
    const response = await fetch(url, { method: 'POST', headers: credentials });
    return ((await response.json()) as { connectionToken: string }).connectionToken;
  };
  const url = async (): Promise<string> => `/hub?id=${await negotiated()}${query}`;
  const poll = await url();
  const found = [
    await statusOf('POST', negotiate, headers),
    await statusOf('GET', await url(), { ...headers, ...upgrade }),
    await statusOf('GET', await url(), { ...headers, accept: 'text/event-stream' }),
    await statusOf('GET', poll, headers),
    await statusOf('GET', `/hub?${query.slice(1)}`, { ...headers, ...upgrade }), // without negotiation
  ];
  // A client that polls keeps the server from closing until its next poll.
  const { origin: _, ...credentials } = headers;
  await statusOf('DELETE', poll, { ...session, ...credentials });
  return found;
}

const allowed = [200, 101, 200, 200, 101];
const refused = [403, 403, 403, 403, 403];

test('by default, a cookie identifies users only for pages of the same origin', async () => {
  await start();
  const host = `localhost:${server!.port}`;
  const own = { ...session, host };
  expect(await statuses({ ...own, origin: `http://${host}` })).toEqual(allowed);
  expect(await statuses({ ...own, origin: `https://${host}` })).toEqual(allowed); // a TLS proxy
  expect(await statuses(own)).toEqual(allowed); // not a browser
  expect(await statuses({ ...own, origin: 'https://evil.example' })).toEqual(refused);
  expect(logger.lines.at(-1)).toContain("'https://evil.example' is not allowed. Add it to allowed");
});

test.each([
  'null',
  'NULL',
  '',
  'http://localhost',
  'http://localhost:1',
  'http://localhost:80, http://evil.example',
  'http://{host} http://evil.example',
  'http://evil.example#{host}',
  'http://evil.example/{host}',
  'http://{host}@evil.example',
  'http://{host}.evil.example',
  'http://evil.{host}',
  'http://user@{host}',
  'http://127.0.0.1:{port}',
  'http://{host}/',
  '{host}',
  'ftp://{host}',
  'capacitor://{host}',
])('the origin %j is not the origin of the server', async (pattern) => {
  await start();
  const host = `localhost:${server!.port}`;
  const origin = pattern.replace('{host}', host).replace('{port}', String(server!.port));
  const headers = { ...session, host, origin };
  expect(await statusOf('POST', '/hub/negotiate?negotiateVersion=1', headers)).toBe(403);
  expect(await statusOf('GET', '/hub', { ...headers, ...upgrade })).toBe(403);
});

test.each([
  ['LOCALHOST', 'http://localhost'],
  ['localhost:80', 'http://localhost'],
  ['localhost:443', 'https://localhost'],
  ['example.org', 'HTTP://EXAMPLE.ORG'],
  ['example.org:8080', 'http://example.org:8080'],
  ['xn--bcher-kva.example', 'http://xn--bcher-kva.example'], // browsers send Punycode
  ['[::1]:3000', 'http://[::1]:3000'],
])('with Host %s, %s is the same origin', async (host, origin) => {
  await start();
  const headers = { ...session, host, origin };
  expect(await statusOf('POST', '/hub/negotiate?negotiateVersion=1', headers)).toBe(200);
});

test('X-Forwarded-Host is not trusted', async () => {
  await start();
  const forwarded = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
  const headers = { ...session, ...forwarded, origin: 'https://evil.example' };
  expect(await statuses(headers)).toEqual(refused);
});

test('the origin of anonymous callers is checked too, because a page can reach a server on this machine', async () => {
  await start({ authentication: 'none' });
  expect(await statuses({ origin: 'https://evil.example' })).toEqual(refused);
  expect(await statuses({})).toEqual(allowed);
});

test.each(['https://app.example', 'HTTPS://APP.example:443', 'https://bücher.example'])(
  'the list %s allows this origin and the origin of the server',
  async (listed) => {
    await start({ allowedOrigins: ['http://localhost:5173', listed] });
    const { origin } = new URL(listed);
    expect(await statuses({ ...session, origin })).toEqual(allowed);
    expect(await statuses({ ...session, origin: origin.toUpperCase() })).toEqual(allowed);
    const host = `localhost:${server!.port}`;
    expect(await statuses({ ...session, host, origin: `http://${host}` })).toEqual(allowed);
    for (const other of ['http://app.example', `${origin}:8443`, `${origin}.evil.example`, 'null'])
      expect(await statuses({ ...session, origin: other })).toEqual(refused);
  },
);

test('apps in a web view can be listed by their scheme', async () => {
  await start({ allowedOrigins: ['capacitor://localhost'] });
  expect(await statuses({ ...session, origin: 'capacitor://localhost' })).toEqual(allowed);
  expect(await statuses({ ...session, origin: 'ionic://localhost' })).toEqual(refused);
});

test("'*' allows every origin", async () => {
  await start({ allowedOrigins: '*' });
  expect(await statuses({ ...session, origin: 'https://evil.example' })).toEqual(allowed);
  expect(await statuses({ ...session, origin: 'null' })).toEqual(allowed);
});

test('by default, a bearer token needs no origin check unless it comes from a cookie, and a list applies to it too', async () => {
  const authentication = jwtBearer({
    key: testKey,
    events: {
      onMessageReceived(context) {
        const { query, headers } = context.request;
        context.token = query.get('access_token') ?? headers.cookie?.replace('token=', '');
      },
    },
  });
  const token = testToken({ sub: 'alice' });
  const origin = 'https://app.example';
  await start({ authentication });
  expect(await statuses({ ...bearer(token), origin })).toEqual(allowed);
  expect(await statuses({ origin }, `&access_token=${token}`)).toEqual(allowed);
  expect(await statuses({ origin, cookie: `token=${token}` })).toEqual(refused);
  expect(await statuses({ origin, cookie: `token=${token}` }, '&access_token=')).toEqual(refused);
  await server?.close();
  await start({ authentication, allowedOrigins: ['https://other.example'] });
  expect(await statuses({ ...bearer(token), origin })).toEqual(refused);
  expect(await statuses({ ...bearer(token), origin: 'https://other.example' })).toEqual(allowed);
});

test('an unverified query parameter does not replace the check', async () => {
  await start();
  const headers = { ...session, origin: 'https://evil.example' };
  expect(await statuses(headers, '&access_token=x')).toEqual(refused);
});

test.each([
  ['null', 'null'],
  ['https://example.org/', 'https://example.org/'],
  ['example.org', 'example.org'],
  ['*', '*'],
  ['https://*.example.org/x', 'https://*.example.org/x'],
  ['', ''],
  [undefined, 'undefined'],
])('an invalid list is refused at startup: %j', (origin, shown) => {
  expect(() => new SignalRServer({ allowedOrigins: [origin] as string[] })).toThrow(
    expect.objectContaining({
      code: 'ERR_SIGNALR_ALLOWED_ORIGINS_INVALID',
      message: expect.stringContaining(`'${shown}'`) as string,
    }) as Error,
  );
  expect(() => new SignalRServer({ allowedOrigins: 'https://example.org' as '*' })).toThrow(
    "'https://example.org'",
  );
});
