import { createServer } from 'node:http';
import { connect } from 'node:net';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { Hub, SignalRServer } from '../index.ts';
import { type ConnectionCloser, LocalLifetimeManager } from '../scale-out/index.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { closeAll, closeLater, listen } from '../testing/host-suite.ts';
import { RawClient } from '../testing/raw-client.ts';
import { type AdminOptions, adminRouter } from './index.ts';
import type { AdminState } from './state/admin-state.ts';

afterEach(closeAll);

class ChatHub extends Hub {
  async join(group: string): Promise<void> {
    await this.groups.add(this.context.connectionId, group);
  }
  fail(): void {
    throw new Error('expected');
  }
}

const json = { 'Content-Type': 'application/json' };

/** Starts an app with a hub, and its admin page at `/admin` for callers with the key `secret`. */
async function start(
  options: Partial<AdminOptions> = {},
  parse?: express.RequestHandler,
  closer?: ConnectionCloser,
) {
  const logger = new CollectingLogger();
  const signalr = new SignalRServer({
    logger,
    scaleOut: () => Object.assign(new LocalLifetimeManager(), { closer }),
    userIdProvider: { getUserId: ({ request }) => request.query.get('user') ?? null },
  });
  signalr.mapHub('/chat', ChatHub, { methods: ['join', 'fail'] });
  closeLater(() => signalr.close());
  const app = express();
  if (parse !== undefined) app.use(parse);
  app.use(signalr.router());
  const authorize: AdminOptions['authorize'] = ({ headers }) => headers['x-key'] === 'secret';
  app.use('/admin', adminRouter(signalr, { authorize, ...options }));
  const server = createServer(app);
  signalr.attach(server);
  const url = await listen(server);
  type Request = Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> };
  const request = (path: string, init: Request = {}): Promise<Response> =>
    fetch(`${url}/admin${path}`, {
      redirect: 'manual',
      ...init,
      headers: { 'x-key': 'secret', ...init.headers },
    });
  const post = (path: string, body: unknown, headers: Record<string, string> = json) =>
    request(path, { method: 'POST', body: JSON.stringify(body), headers });
  const state = async (query = ''): Promise<AdminState> =>
    (await (await request(`/state?${query}`)).json()) as AdminState;
  const connect = async (user: string): Promise<RawClient> => {
    const client = await RawClient.connect(`${url}/chat?user=${encodeURIComponent(user)}`);
    closeLater(() => client.close());
    return client;
  };
  return { url, signalr, logger, request, post, state, connect };
}

const call = (target: string, ...args: unknown[]): string =>
  `${JSON.stringify({ type: 1, invocationId: '1', target, arguments: args })}\u001e`;

test('without authorize, the page refuses to start', () => {
  const signalr = new SignalRServer();
  closeLater(() => signalr.close());
  const code = 'ERR_SIGNALR_ADMIN_AUTHORIZE_MISSING';
  for (const options of [undefined, {}, { authorize: true }, { authorize: undefined }])
    expect(() => adminRouter(signalr, options as never)).toThrow(
      expect.objectContaining({ code }) as Error,
    );
  expect(() => adminRouter({} as never, { authorize: () => true })).toThrow('not a SignalRServer');
  expect(() => adminRouter(signalr, { authorize: () => true, path: '/x' } as never)).toThrow(
    "'path' is not an option",
  );
  expect(() => adminRouter(signalr, { authorize: () => true, allowedOrigins: ['x'] })).toThrow(
    "'allowedOrigins' contains 'x'",
  );
  expect(() =>
    adminRouter(signalr, { authorize: () => true, allowedOrigins: '*' as never }),
  ).toThrow("'allowedOrigins' contains '*'");
});

const everyRequest = [
  ['GET', '/'],
  ['GET', '/main.js'],
  ['GET', '/state'],
  ['GET', '/no-such-file'],
  ['POST', '/send'],
  ['POST', '/disconnect'],
] as const;

test.each(everyRequest)('%s %s needs authorization', async (method, path) => {
  const { request, post, logger } = await start();
  const send = (headers: Record<string, string>) =>
    method === 'POST' ? post(path, {}, { ...json, ...headers }) : request(path, { headers });
  const refused = await send({ 'x-key': 'wrong' });
  expect([refused.status, await refused.text()]).toEqual([403, 'Forbidden']);
  expect((await send({})).status).not.toBe(403);
  expect(logger.linesOf('error')).toEqual([]);
});

test.each([
  ['throws', () => Promise.reject(new Error('no database'))],
  ['returns a value that is not true', () => 'yes' as unknown as boolean],
])('if authorize %s, the request is refused', async (_title, authorize) => {
  const { request } = await start({ authorize });
  expect((await request('/')).status).toBe(403);
});

test('authorize decides by the action', async () => {
  const { request, post } = await start({ authorize: (_request, action) => action === 'view' });
  expect((await request('/state')).status).toBe(200);
  expect((await post('/send', {})).status).toBe(403);
  expect((await post('/disconnect', {})).status).toBe(403);
});

test.each(['/send', '/disconnect'])(
  'the command %s is refused if another page sends it',
  async (path) => {
    const { url, post, request, connect } = await start();
    const client = await connect('ann');
    const body = { hub: 'ChatHub', target: 'user', name: 'ann', method: 'x', args: [] };
    for (const origin of ['https://evil.example', 'null', `${url}.evil.example`]) {
      const answer = await post(path, body, { ...json, origin });
      expect([origin, answer.status]).toEqual([origin, 403]);
    }
    // What a form of another page can send without CORS.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      expect((await post(path, body, { 'Content-Type': type })).status).toBe(415);
    expect((await request(path)).status).toBe(405);
    expect((await request('/state', { method: 'POST' })).status).toBe(405);
    expect(client.webSocket.readyState).toBe(client.webSocket.OPEN);
    expect((await post(path, body, { ...json, origin: url })).status).toBe(200);
  },
);

test('the files have a strict policy, and the address without a slash leads to the page', async () => {
  const { url, request } = await start();
  const redirect = await request('');
  expect([redirect.status, redirect.headers.get('location')]).toEqual([302, './admin/']);
  const offHost = await fetch(`${url}//evil.example/..//admin`, { redirect: 'manual' });
  expect(offHost.headers.get('location') ?? '').not.toMatch(/^\/\//);
  const page = await request('/');
  expect(await page.text()).not.toMatch(/<script>|<style|style=|onclick=/);
  const policy = page.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(page.headers.get('x-frame-options')).toBe('DENY');
  expect(page.headers.get('cache-control')).toBe('no-store');
  for (const file of ['/style.css', '/main.js', '/plots.js', '/uplot.js', '/uplot.css'])
    expect([file, (await request(file)).status]).toEqual([file, 200]);
  for (const file of ['/tsconfig.json', '/..%2findex.ts', '/__proto__', '/constructor'])
    expect([file, (await request(file)).status]).toEqual([file, 404]);
});

test('the state shows connections, groups, users, calls, errors and the health', async () => {
  const { state, connect } = await start();
  const ann = await connect('ann');
  const bob = await connect('bob');
  ann.send(call('join', '<b>g</b>'));
  await ann.next();
  bob.send(call('fail'));
  await bob.next();
  bob.send(call('unknown'));
  await bob.next();
  const shown = await state();
  expect(shown.health.status).toBe('Healthy');
  expect(shown.hubs).toEqual([
    {
      name: 'ChatHub',
      paths: ['/chat'],
      connections: 2,
      totals: { calls: 3, errors: 2, opened: 2, failed: 0 },
    },
  ]);
  const sum = (key: 'calls' | 'errors') =>
    shown.history.reduce((total, sample) => total + sample[key], 0);
  expect([sum('calls'), sum('errors')]).toEqual([3, 2]);
  expect(shown.history.at(-1)?.connections).toBe(2);
  expect(shown.history.some(({ p99 }) => p99 !== null)).toBe(true);
  expect(shown.list.rows).toMatchObject([
    { user: 'ann', transport: 'WebSockets', protocol: 'json', groups: ['<b>g</b>'], groupCount: 1 },
    { user: 'bob', address: '127.0.0.1', groups: [], openedAt: expect.any(Number) as number },
  ]);
  const groups = await state('list=groups');
  expect(groups.list).toMatchObject({ total: 1, rows: [{ name: '<b>g</b>', connections: 1 }] });
  const users = await state('list=users&search=bo');
  expect(users.list).toMatchObject({ total: 1, rows: [{ name: 'bob', connections: 1 }] });
  bob.close();
  await expect.poll(async () => (await state()).hubs[0]?.connections).toBe(1);
  expect((await state()).history.at(-1)?.connections).toBe(1);
});

test('a list has pages, and a query with nonsense selects the first', async () => {
  const { state, connect } = await start();
  await Promise.all(Array.from({ length: 53 }, (_value, i) => connect(`user-${i % 2}`)));
  const first = await state('list=nonsense&page=-1&hub=NoHub');
  expect(first.list).toMatchObject({ kind: 'connections', page: 0, total: 53 });
  expect(first.list.rows).toHaveLength(50);
  expect((await state('page=1')).list.rows).toHaveLength(3);
  expect((await state('page=99')).list.rows).toHaveLength(0);
  expect((await state('search=user-1')).list.total).toBe(26);
});

test.each([
  ['all', ''],
  ['group', 'g'],
  ['user', 'ann'],
  ['connection', undefined],
] as const)('a message is sent to %s', async (target, name) => {
  const { post, state, connect, logger } = await start();
  const ann = await connect('ann');
  ann.send(call('join', 'g'));
  await ann.next();
  const { rows } = (await state()).list;
  const id = rows[0] !== undefined && 'id' in rows[0] ? rows[0].id : '';
  const body = { hub: 'ChatHub', target, name: name ?? id, method: 'Notice', args: ['hi', 1] };
  const answer = await post('/send', body);
  expect([answer.status, await answer.json()]).toEqual([200, { sent: 1 }]);
  expect(JSON.parse((await ann.next()) ?? '')).toEqual({
    type: 1,
    target: 'Notice',
    arguments: ['hi', 1],
  });
  expect(logger.linesOf('info').join('\n')).toContain(`'Notice' of ChatHub to ${target}`);
});

test('a client and a user are disconnected, and do not reconnect', async () => {
  const { post, state, connect } = await start();
  const [ann, bob, bobAgain] = [await connect('ann'), await connect('bob'), await connect('bob')];
  const { rows } = (await state('search=ann')).list;
  const id = rows[0] !== undefined && 'id' in rows[0] ? rows[0].id : '';
  const one = await post('/disconnect', { hub: 'ChatHub', target: 'connection', name: id });
  expect(await one.json()).toEqual({ disconnected: 1, scope: 'server' });
  expect(JSON.parse((await ann.next()) ?? '')).toEqual({ type: 7 });
  const two = await post('/disconnect', { hub: 'ChatHub', target: 'user', name: 'bob' });
  expect(await two.json()).toEqual({ disconnected: 2, scope: 'server' });
  await Promise.all([ann.end(), bob.next(), bobAgain.next()]);
  await expect.poll(async () => (await state()).hubs[0]?.connections).toBe(0);
});

test('clients of other servers are disconnected if the scale-out can do so', async () => {
  const closed: string[] = [];
  const close = (kind: string) => (name: string) => {
    closed.push(`${kind} ${name}`);
    return Promise.resolve();
  };
  const closer = { closeUser: close('user'), closeConnection: close('connection') };
  const { post, connect } = await start({}, undefined, closer);
  const ann = await connect('ann');
  const user = await post('/disconnect', { hub: 'ChatHub', target: 'user', name: 'ann' });
  expect(await user.json()).toEqual({ disconnected: 1, scope: 'all Node servers' });
  await ann.end();
  const other = await post('/disconnect', { hub: 'ChatHub', target: 'connection', name: 'far' });
  expect(await other.json()).toEqual({ disconnected: 0, scope: 'all Node servers' });
  expect(closed).toEqual(['user ann', 'connection far']);
});

test('if other servers do not confirm, the own clients are disconnected, and an error says so', async () => {
  const refuse = () => Promise.reject(new Error('no backplane'));
  const closer = { closeUser: refuse, closeConnection: refuse };
  const { post, connect, logger } = await start({}, undefined, closer);
  const ann = await connect('ann');
  const answer = await post('/disconnect', { hub: 'ChatHub', target: 'user', name: 'ann' });
  expect([answer.status, await answer.json()]).toEqual([
    502,
    { disconnected: 1, error: expect.stringContaining('did not confirm') as string },
  ]);
  await ann.end();
  expect(logger.linesOf('error').join('\n')).toContain('of ChatHub on other Node servers');
});

test.each([
  ['/send', { hub: 'NoHub', target: 'all', method: 'x', args: [] }],
  ['/send', { hub: 'ChatHub', target: 'everyone', method: 'x', args: [] }],
  ['/send', { hub: 'ChatHub', target: 'user', method: 'x', args: [] }],
  ['/send', { hub: 'ChatHub', target: 'all', method: '', args: [] }],
  ['/send', { hub: 'ChatHub', target: 'all', method: 'x', args: 'no array' }],
  ['/send', []],
  ['/disconnect', { hub: 'ChatHub', target: 'group', name: 'g' }],
  ['/disconnect', { hub: 'ChatHub', target: 'user', name: ['ann'] }],
  ['/disconnect', 'x'.repeat(70_000)],
])('an invalid command to %s is refused', async (path, body) => {
  const { post } = await start();
  const answer = await post(path, body);
  expect(answer.status).toBe(400);
  expect(((await answer.json()) as { error: string }).error).not.toBe('');
});

test('a command whose client disconnects is not an error of the server', async () => {
  const { url, logger, request } = await start();
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const lines = ['POST /admin/send HTTP/1.1', 'Host: localhost', 'X-Key: secret'];
  lines.push('Content-Type: application/json', 'Content-Length: 100', '', '{"hub":');
  await new Promise<void>((resolve) => socket.write(lines.join('\r\n'), () => resolve()));
  socket.end();
  await new Promise((resolve) => socket.resume().once('close', resolve));
  expect((await request('/state')).status).toBe(200);
  expect(logger.lines).toEqual([]);
});

test('a command with a name or a method that is too long is refused with the reason', async () => {
  const { post } = await start();
  const long = 'x'.repeat(1001);
  const body = { hub: 'ChatHub', target: 'group', name: 'g', method: 'x', args: [] };
  for (const [path, change, part] of [
    ['/send', { name: long }, 'The name of the group'],
    ['/send', { method: long }, 'The method of the client'],
    ['/disconnect', { target: 'user', name: long }, 'The id of the user'],
  ] as const) {
    const answer = await post(path, { ...body, ...change });
    const error = `${part} has 1001 characters. The maximum is 1000.`;
    expect([answer.status, await answer.json()]).toEqual([400, { error }]);
  }
});

test('a row whose name is too long for a command is marked', async () => {
  const { state, connect: connectUser } = await start();
  const ann = await connectUser('a'.repeat(1001));
  await connectUser('b'.repeat(1000));
  ann.send(call('join', 'g'.repeat(10_000)));
  await ann.next();
  expect((await state('list=users')).list.rows).toEqual([
    { name: `${'a'.repeat(1000)}…`, isShortened: true, connections: 1 },
    { name: 'b'.repeat(1000), isShortened: false, connections: 1 },
  ]);
  expect((await state('list=groups')).list.rows).toEqual([
    { name: `${'g'.repeat(1000)}…`, isShortened: true, connections: 1 },
  ]);
});

test('a user whose id is an empty string is disconnected', async () => {
  const { post, connect: connectUser } = await start();
  const nobody = await connectUser('');
  const answer = await post('/disconnect', { hub: 'ChatHub', target: 'user', name: '' });
  expect(await answer.json()).toEqual({ disconnected: 1, scope: 'server' });
  await nobody.end();
});

test.each([
  ['express.json() has read', express.json()],
  ['a parser for another content type has skipped', skipBody],
])('a body that %s is used', async (_title, parse) => {
  const { post, connect } = await start({}, parse);
  const ann = await connect('ann');
  await post('/send', { hub: 'ChatHub', target: 'all', method: 'Notice', args: [] });
  expect(await ann.next()).toContain('Notice');
});

/** What body-parser 1 does with a content type that it does not parse. */
function skipBody(request: express.Request, _response: unknown, next: () => void): void {
  request.body = {};
  next();
}

test('names from the page cannot forge lines of the log', async () => {
  const { post, logger } = await start();
  const name = 'x\nERROR forged';
  await post('/send', { hub: 'ChatHub', target: 'user', name, method: name, args: [] });
  await post('/disconnect', { hub: 'ChatHub', target: 'user', name });
  expect(logger.linesOf('info').filter((line) => line.includes('forged'))).toHaveLength(2);
  expect(logger.linesOf('info').join('')).not.toContain('\n');
});

test('the state of a server without hubs has no history and no rows', async () => {
  const signalr = new SignalRServer();
  closeLater(() => signalr.close());
  const app = express();
  app.use('/admin', adminRouter(signalr, { authorize: () => true }));
  const url = await listen(createServer(app));
  const state = (await (await fetch(`${url}/admin/state?hub=x`)).json()) as AdminState;
  expect(state).toMatchObject({ hubs: [], history: [], list: { rows: [] } });
  expect(state.hub).toBeUndefined();
});
