import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import cookieSession from 'cookie-session';
import express, { type RequestHandler } from 'express';
import session from 'express-session';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  Hub,
  requestUser,
  type RequestUserOptions,
  SignalRServer,
  type UpgradeMiddleware,
} from './index.ts';
import { CollectingLogger } from './testing/collecting-logger.ts';
import { RawClient } from './testing/raw-client.ts';
import { TestTimeout } from './testing/test-timeout.ts';

class WhoHub extends Hub {
  who(): unknown {
    return [this.context.userIdentifier ?? null, this.context.user ?? null];
  }
}

interface SessionUser {
  readonly id: number;
  readonly role: string;
}
/** What both session libraries put on a request. */
type WithSession = express.Request & { session: { user?: SessionUser } | null };

let server: Server;
let signalr: SignalRServer;
let handshakeTimeout: TestTimeout;
const logger = new CollectingLogger();
beforeEach(() => {
  handshakeTimeout = new TestTimeout();
});
afterEach(async () => {
  handshakeTimeout[Symbol.dispose]();
  await signalr.close();
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

/** An app with a login, its middleware in front of everything, and a guarded hub. */
async function start(
  middleware: readonly RequestHandler[],
  options: RequestUserOptions<WithSession>,
  upgrade: readonly UpgradeMiddleware[] = middleware,
): Promise<string> {
  signalr = new SignalRServer({
    authentication: requestUser<WithSession>({ middleware: upgrade, ...options }),
    handshakeTimeout: handshakeTimeout.ms,
    logger,
  });
  signalr.mapHub('/hub', WhoHub, {
    authorize: true,
    methods: { who: { authorize: { roles: ['member'] } } },
  });
  const app = express();
  for (const one of middleware) app.use(one);
  app.post('/login', (request, response) => {
    (request as WithSession).session = Object.assign((request as WithSession).session ?? {}, {
      user: { id: 7, role: 'member' },
    });
    response.end();
  });
  app.use(signalr.router());
  server = createServer(app);
  signalr.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function negotiate(url: string, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(`${url}/hub/negotiate?negotiateVersion=1`, {
    method: 'POST',
    headers,
  });
  await response.arrayBuffer();
  return response.status;
}

const secret = 'a secret for tests alone';
test.each<[string, RequestHandler]>([
  ['express-session', session({ secret, resave: false, saveUninitialized: false })],
  ['cookie-session', cookieSession({ secret }) as RequestHandler],
])(
  'the user of %s is the user on every transport, including WebSockets',
  async (_name, sessions) => {
    const url = await start([sessions], { user: (request) => request.session?.user });
    expect(await negotiate(url)).toBe(401);
    await expect(RawClient.open(`${url}/hub`)).rejects.toThrow('status 401');
    const login = await fetch(`${url}/login`, { method: 'POST' });
    const cookie = login.headers
      .getSetCookie()
      .map((text) => text.split(';')[0])
      .join('; ');
    expect(await negotiate(url, { cookie })).toBe(200);
    const client = await RawClient.connect(`${url}/hub`, { cookie });
    client.send('{"type":1,"invocationId":"1","target":"Who","arguments":[]}\u001e');
    expect(await client.next()).toBe(
      '{"type":3,"invocationId":"1","result":["7",{"id":7,"role":"member"}]}',
    );
    client.close();
    await expect(RawClient.open(`${url}/hub`, { cookie: `${cookie}x` })).rejects.toThrow(
      'status 401',
    );
  },
);

const byHeader: RequestHandler = (request, _response, next) => {
  const name = request.headers['x-user'];
  if (name !== undefined) Object.assign(request, { user: { sub: name, role: 'member' } });
  next();
};

test('request.user is used by default, also with several asynchronous middlewares', async () => {
  const slow: RequestHandler = (_request, _response, next) => setImmediate(next);
  const url = await start([slow, byHeader], {});
  expect(await negotiate(url)).toBe(401);
  expect(await negotiate(url, { 'x-user': 'alice' })).toBe(200);
  const client = await RawClient.connect(`${url}/hub`, { 'x-user': 'alice' });
  client.send('{"type":1,"invocationId":"1","target":"Who","arguments":[]}\u001e');
  expect(await client.next()).toContain('"alice"');
  client.close();
});

test.each<[string, UpgradeMiddleware, number]>([
  [
    'answers by itself',
    (_request: unknown, response: import('node:http').ServerResponse) =>
      response.writeHead(402).end('pay'),
    402,
  ],
  [
    'throws',
    () => {
      throw new Error('middleware broke');
    },
    500,
  ],
  [
    'rejects',
    async () => {
      throw new Error('middleware broke');
    },
    500,
  ],
  [
    'passes an error on',
    (_request: unknown, _response: unknown, next: (error: Error) => void) =>
      next(new Error('middleware broke')),
    500,
  ],
  ['never answers', () => undefined, 500],
])(
  'an upgrade whose middleware %s is answered, and others are served',
  async (_name, middleware, status) => {
    let first = true;
    const once: UpgradeMiddleware = (request, response, next) => {
      if (!first) return byHeader(request, response, next);
      first = false;
      return middleware(request, response, next);
    };
    const url = await start([byHeader], {}, [once]);
    await expect(handshakeTimeout.elapseUntil(RawClient.open(`${url}/hub`))).rejects.toThrow(
      `status ${status}`,
    );
    if (status === 500)
      expect(logger.lines.at(-1)).toContain('Authentication of a request to /hub failed');
    const client = await RawClient.connect(`${url}/hub`, { 'x-user': 'alice' });
    client.close();
  },
);

test.each<[string, RequestHandler, number]>([
  ['response.status().json()', (_request, response) => response.status(401).json({ no: 1 }), 401],
  ['response.sendStatus()', (_request, response) => response.sendStatus(403), 403],
  ['response.redirect()', (_request, response) => response.redirect('/login'), 302],
  [
    'request.get() and response.set().send()',
    (request, response) =>
      response
        .set('x-host', request.get('host') ?? '')
        .status(418)
        .send(request.query),
    418,
  ],
  [
    'next() with an error that has a status',
    (_request, _response, next) => next(Object.assign(new Error('no session'), { status: 401 })),
    401,
  ],
])('a middleware that answers with %s refuses all requests alike', async (_name, guard, status) => {
  const url = await start([guard], {}, [guard as UpgradeMiddleware]);
  const redirect = 'manual';
  const response = await fetch(`${url}/hub/negotiate`, { method: 'POST', redirect });
  expect(response.status).toBe(status);
  await expect(RawClient.open(`${url}/hub`)).rejects.toThrow(`status ${status}`);
});

test.each<[string, RequestUserOptions<WithSession>]>([
  [
    'user function',
    {
      user: () => {
        throw new Error('broke');
      },
    },
  ],
  [
    'expiresAt',
    {
      expiresAt: () => {
        throw new Error('broke');
      },
    },
  ],
])('a %s that throws refuses all clients', async (_name, options) => {
  const url = await start([byHeader], options);
  expect(await negotiate(url, { 'x-user': 'alice' })).toBe(500);
  await expect(RawClient.open(`${url}/hub`, { 'x-user': 'alice' })).rejects.toThrow('status 500');
});
