import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import session from '@fastify/session';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { fastify, type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { AuthenticationContext } from '../authentication/authentication-handler.ts';
import { Hub, SignalRServer, type SignalRServerOptions } from '../index.ts';
import { RawClient } from '../testing/raw-client.ts';
import { closeAll, closeLater, hostTransports, talk } from '../testing/host-suite.ts';
import { fastifyUser, signalrPlugin } from './index.ts';

declare module 'fastify' {
  interface Session {
    user?: { readonly id: string };
  }
  interface FastifyRequest {
    tenant: string;
  }
}

afterEach(closeAll);

class ChatHub extends Hub {
  echo(text: string): string {
    return text;
  }
  who(): unknown {
    return this.context.userIdentifier;
  }
  path(): string {
    return this.context.request.path;
  }
}

function chat(options: SignalRServerOptions = {}, authorize?: true): SignalRServer {
  const signalr = new SignalRServer(options);
  const methods = ['echo', 'who', 'path'] as const;
  signalr.mapHub('/chat', ChatHub, {
    methods,
    ...(authorize === undefined ? {} : { authorize }),
  });
  return signalr;
}

/** Clients leave connections without a request, which Fastify would keep open for a minute. */
const createApp = (): FastifyInstance => fastify({ forceCloseConnections: true });

async function listen(app: FastifyInstance): Promise<string> {
  closeLater(() => app.close());
  return app.listen({ port: 0, host: '127.0.0.1' });
}

const sessionBased = fastifyUser({ user: (request) => request.session.user });

/** An app with sessions: /login signs in as ada. */
async function appWithSessions(signalr: SignalRServer): Promise<FastifyInstance> {
  const app = createApp();
  await app.register(cookie);
  await app.register(session, {
    secret: 'a secret of at least 32 characters',
    cookie: { secure: false },
  });
  app.post('/login', (request) => {
    request.session.user = { id: 'ada' };
    return 'welcome';
  });
  await app.register(signalrPlugin, { signalr });
  return app;
}

async function login(url: string): Promise<string> {
  const response = await fetch(`${url}/login`, { method: 'POST' });
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

describe.each(hostTransports)('%s', (transport) => {
  test('the official client connects', async () => {
    const app = createApp();
    await app.register(signalrPlugin, { signalr: chat() });
    app.get('/', () => 'home');
    app.post('/json', (request) => request.body);
    const url = await listen(app);
    await talk(`${url}/chat`, transport);
    expect(await (await fetch(url)).text()).toBe('home');
    const headers = { 'content-type': 'application/json' };
    const body = '{"a":1}';
    expect(await (await fetch(`${url}/json`, { method: 'POST', body, headers })).text()).toBe(body);
  });

  test('below a prefix with a parameter', async () => {
    const app = createApp();
    await app.register(signalrPlugin, { signalr: chat(), prefix: '/tenants/:tenant' });
    await talk(`${await listen(app)}/tenants/one/chat`, transport);
  });

  test('a session of @fastify/session identifies the caller', async () => {
    const app = await appWithSessions(chat({ authentication: sessionBased }, true));
    const url = await listen(app);
    await expect(talk(`${url}/chat`, transport)).rejects.toThrow('401');
    await talk(`${url}/chat`, transport, { cookie: await login(url) });
  });
});

test.each([
  ['/', '/chat'],
  ['/api', '/api/chat'],
  ['/api/', '/api/chat'],
  ['/api//v1', '/api//v1/chat'],
])('hubs below the prefix %s are found', async (prefix, path) => {
  const app = createApp();
  await app.register(signalrPlugin, { signalr: chat(), prefix });
  await talk(`${await listen(app)}${path}`, 'WebSockets');
});

test('hubs below a prefix answer paths with duplicate slashes if Fastify ignores them', async () => {
  const app = fastify({
    forceCloseConnections: true,
    routerOptions: { ignoreDuplicateSlashes: true },
  });
  await app.register(signalrPlugin, { signalr: chat(), prefix: '/api' });
  await talk(`${await listen(app)}//api/chat`, 'WebSockets');
});

test('the user and the complete path reach the hub over a WebSocket', async () => {
  const app = await appWithSessions(chat({ authentication: sessionBased }, true));
  const url = await listen(app);
  const headers = { cookie: await login(url) };
  const connection = new HubConnectionBuilder()
    .withUrl(`${url}/chat`, { headers })
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  expect(await connection.invoke('Who')).toBe('ada');
  expect(await connection.invoke('Path')).toBe('/chat');
  await connection.stop();
  await expect(RawClient.open(`${url}/chat`)).rejects.toThrow('status 401');
});

test('@fastify/cors adds its headers to negotiation, polls and event streams', async () => {
  const app = createApp();
  await app.register(cors, { origin: 'https://page.example', credentials: true });
  await app.register(signalrPlugin, {
    signalr: chat({ allowedOrigins: ['https://page.example'] }),
  });
  const url = `${await listen(app)}/chat`;
  const headers = { origin: 'https://page.example' };
  const allowed = (response: Response): string | null =>
    response.headers.get('access-control-allow-origin');
  const preflight = await fetch(`${url}/negotiate`, {
    method: 'OPTIONS',
    headers: { ...headers, 'access-control-request-method': 'POST' },
  });
  expect([preflight.status, allowed(preflight)]).toEqual([204, 'https://page.example']);
  const negotiate = async (): Promise<string> => {
    const response = await fetch(`${url}/negotiate?negotiateVersion=1`, {
      method: 'POST',
      headers,
    });
    expect(allowed(response)).toBe('https://page.example');
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    return ((await response.json()) as { connectionToken: string }).connectionToken;
  };
  const poll = await fetch(`${url}?id=${await negotiate()}`, { headers });
  expect([poll.status, allowed(poll)]).toEqual([200, 'https://page.example']);
  const leaves = new AbortController();
  const stream = await fetch(`${url}?id=${await negotiate()}`, {
    headers: { ...headers, accept: 'text/event-stream' },
    signal: leaves.signal,
  });
  expect([stream.status, allowed(stream)]).toEqual([200, 'https://page.example']);
  leaves.abort();
  const missing = await fetch(`${url}?id=unknown`, { headers });
  expect([missing.status, allowed(missing)]).toEqual([404, 'https://page.example']);
});

test('hooks and decorators of Fastify apply to every request, upgrades included', async () => {
  const app = createApp();
  const seen: string[] = [];
  app.decorateRequest('tenant', '');
  app.addHook('onRequest', async (request, reply) => {
    request.tenant = String(request.headers['x-tenant'] ?? '');
    if (request.tenant === '') return reply.code(403).send({ error: 'no tenant' });
    return undefined;
  });
  app.addHook('onSend', async (request, reply) => {
    void reply.header('x-served', request.tenant);
  });
  app.addHook('onResponse', async (request, reply) => {
    seen.push(`${request.method} ${request.url.split('?')[0]} ${reply.statusCode}`);
  });
  const authentication = fastifyUser({ user: (request) => ({ id: request.tenant }) });
  await app.register(signalrPlugin, { signalr: chat({ authentication }) });
  const url = `${await listen(app)}/chat`;
  await expect(RawClient.open(url)).rejects.toThrow('status 403');
  expect((await fetch(`${url}/negotiate`, { method: 'POST' })).status).toBe(403);
  const headers = { 'x-tenant': 'one' };
  const negotiated = await fetch(`${url}/negotiate`, { method: 'POST', headers });
  expect([negotiated.status, negotiated.headers.get('x-served')]).toEqual([200, 'one']);
  const client = await RawClient.connect(url, headers);
  client.send('{"type":1,"invocationId":"1","target":"Who","arguments":[]}\u001e');
  expect(await client.next()).toContain('"result":"one"');
  client.close();
  expect(seen).toContain('POST /chat/negotiate 403');
  expect(seen).toContain('POST /chat/negotiate 200');
});

test('an upgrade that no hub is mapped to is answered by Fastify', async () => {
  const app = createApp();
  await app.register(signalrPlugin, { signalr: chat() });
  const url = await listen(app);
  await expect(RawClient.open(`${url}/elsewhere`)).rejects.toThrow('status 404');
  await expect(RawClient.open(`${url}/chat/negotiate`)).rejects.toThrow('status 405');
});

test('closing Fastify closes the connections', async () => {
  const app = createApp();
  await app.register(signalrPlugin, { signalr: chat() });
  const url = await listen(app);
  const client = await RawClient.connect(`${url}/chat`);
  const closed = app.close();
  expect(await client.next()).toContain('"type":7');
  await closed;
  expect(client.webSocket.readyState).not.toBe(WebSocket.OPEN);
});

test.each([
  ['/', '/room', '/room'],
  ['/', '', ''],
  ['/chat/', '/room', '/room/chat/'],
])('a hub at %s below the prefix "%s" is found at "%s"', async (path, prefix, clientPath) => {
  const app = createApp();
  const signalr = new SignalRServer();
  signalr.mapHub(path, ChatHub, { methods: ['echo', 'who', 'path'] });
  await app.register(signalrPlugin, { signalr, prefix });
  const url = await listen(app);
  for (const transport of hostTransports) await talk(`${url}${clientPath}`, transport);
  const hubUrl = `${url}${clientPath.replace(/\/$/, '')}`;
  const negotiated = await fetch(`${hubUrl}/negotiate`, { method: 'POST' });
  expect(negotiated.status).toBe(200);
});

test('the original URL that another plugin has set stays as it is', async () => {
  const app = createApp();
  const urls: unknown[] = [];
  app.addHook('onRequest', async ({ raw }) => void Object.assign(raw, { originalUrl: '/own' }));
  app.addHook('onResponse', async ({ raw }) => {
    urls.push(raw.url, (raw as { originalUrl?: string }).originalUrl);
  });
  await app.register(signalrPlugin, { signalr: chat(), prefix: '/api' });
  await fetch(`${await listen(app)}/api/chat/negotiate`, { method: 'POST' });
  await expect.poll(() => urls).toEqual(['/api/chat/negotiate', '/own']);
});

test('a request that Fastify has not routed has no user', async () => {
  const handler = fastifyUser({ user: () => ({ id: 'ada' }) });
  const request = { httpRequest: {} } as AuthenticationContext;
  expect(await handler.authenticate(request)).toEqual({});
});
