import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_ACCESS_KEY } from '../emulator-options.ts';
import { type Emulator, startEmulator } from '../start-emulator.ts';
import { connectClient, type ServiceClient } from '../testing/service-client.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0, serviceMode: 'Serverless' });
});
afterAll(() => emulator.close());

interface Ask {
  readonly body?: string;
  readonly token?: boolean;
  /** The value of `api-version` in the query. An empty string omits the parameter. */
  readonly version?: string;
  /** The path below which the hubs are. */
  readonly below?: string;
}

/** Sends a request below `/api/hubs`, with a token for its path. */
async function ask(
  method: string,
  path: string,
  { body, token = true, version, below = '/api/hubs' }: Ask = {},
) {
  const { pathname, search } = new URL(`${emulator.url}${below}/${path}`);
  const aud = `http://127.0.0.1${pathname}`;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token)
    headers['authorization'] = `Bearer ${jwt.sign({ aud }, DEFAULT_ACCESS_KEY, { expiresIn: 60 })}`;
  const named = version ?? (below === '/api/hubs' ? 'api-version=2022-06-01' : '');
  const query = `${search === '' ? '?' : `${search}&`}${named}`;
  const answer = await fetch(`${emulator.url}${pathname}${query}`, {
    method,
    headers,
    ...(body !== undefined && { body }),
  });
  return {
    status: answer.status,
    code: answer.headers.get('x-ms-error-code'),
    text: await answer.text(),
  };
}

// The table of the data plane, for what nobody has joined yet.
test.each([
  ['POST', 'chat/:closeConnections', 204, null],
  ['POST', 'chat/groups/a/:closeConnections', 204, null],
  ['POST', 'chat/users/a/:closeConnections', 204, null],
  ['DELETE', 'chat/connections/x', 200, null],
  ['DELETE', 'chat/connections/x/groups', 200, null],
  ['HEAD', 'chat/connections/x', 404, 'Warning.Connection.NotExisted'],
  ['HEAD', 'chat/users/x', 404, 'Warning.User.NotExisted'],
  ['HEAD', 'chat/groups/x', 404, 'Warning.Group.NotExisted'],
  ['PUT', 'chat/groups/a/connections/x', 404, 'Error.Connection.NotExisted'],
  ['HEAD', 'chat/users/x/groups/a', 404, 'Info.User.NotInGroup'],
  ['GET', 'chat/users/x/groups/a', 404, 'Info.User.NotInGroup'],
  ['PUT', 'chat/users/ada/groups/a', 200, null],
  ['GET', 'chat/users/ada/groups/a', 200, null],
  ['DELETE', 'chat/users/ada/groups/a', 204, null],
  ['DELETE', 'chat/users/ada/groups', 204, null],
  ['PUT', 'chat/users/ada/groups/%20', 400, 'Error.Group'],
  [`PUT`, `chat/users/ada/groups/${'g'.repeat(1025)}`, 400, 'Error.Group'],
  ['PUT', `chat/users/groups/groups/${'g'.repeat(1025)}`, 400, 'Error.Group'],
  ['PUT', 'chat/users/groups/groups/%20', 400, 'Error.Group'],
  ['PUT', 'chat/users/ada/groups/a?ttl=x', 400, 'Error.Ttl'],
  ['POST', 'chat/users/%zz/:send', 400, 'Error.Path'],
  ['POST', '1chat/:send', 400, 'Error.Hub'],
  ['POST', 'chat/nothing', 404, null],
])('%s %s: %i', async (method, path, status, code) => {
  expect(await ask(method, path)).toMatchObject({ status, code });
});

test('a message without receivers is accepted, and a malformed one is refused', async () => {
  const body = JSON.stringify({ target: 'Said', arguments: [1] });
  expect(await ask('POST', 'chat/:send', { body })).toMatchObject({ status: 202 });
  for (const wrong of ['{', '{}', '{"target":1,"arguments":[]}']) {
    const { status, text } = await ask('POST', 'chat/:send', { body: wrong });
    expect([status, JSON.parse(text)]).toEqual([
      400,
      expect.objectContaining({ code: 'Error.Body', target: null }),
    ]);
  }
});

test.each([101, 200_000])(
  'arguments with %i levels are refused, and the next message is accepted',
  async (depth) => {
    const body = `{"target":"Said","arguments":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const { status, text } = await ask('POST', 'chat/:send', { body });
    expect([status, JSON.parse(text)]).toEqual([
      400,
      expect.objectContaining({ message: expect.stringContaining('nested') }),
    ]);
    expect(await ask('POST', 'chat/:send', { body: message })).toMatchObject({ status: 202 });
  },
);

test('the body is not read if the token is invalid', async () => {
  const body = 'x'.repeat(2_000_000);
  expect((await ask('POST', 'chat/:send', { body, token: false })).status).toBe(401);
  expect((await ask('POST', 'chat/:send', { body })).status).toBe(413);
});

test.each(['', 'api-version=', 'api-version=2018-01-01', 'api-version=latest'])(
  "the answer to the query '%s' names the supported version",
  async (version) => {
    const { status, code, text } = await ask('HEAD', 'chat/users/x', { version });
    expect([status, code, text]).toEqual([400, 'Error.ApiVersion', '']);
    const sent = await ask('POST', 'chat/:send', {
      version,
      body: '{"target":"Said","arguments":[]}',
    });
    expect([sent.status, JSON.parse(sent.text)]).toMatchObject([
      400,
      { message: expect.stringContaining('2022-06-01') },
    ]);
  },
);

// Version 1.0 and its preview have their own paths and need no api-version.
const message = '{"target":"Said","arguments":[1]}';
test.each<[string, string, number, (string | null)?, string?]>([
  ['POST', 'chat', 202, null, message],
  ['POST', 'chat/users/a', 202, null, message],
  ['POST', 'chat/connections/x', 202, null, message],
  ['POST', 'chat/groups/g', 202, null, message],
  ['POST', 'chat', 400, 'Error.Body', '{}'],
  ['GET', 'chat/connections/x', 404, 'Warning.Connection.NotExisted'],
  ['HEAD', 'chat/users/x', 404, 'Warning.User.NotExisted'],
  ['GET', 'chat/groups/x', 404, 'Warning.Group.NotExisted'],
  ['PUT', 'chat/groups/g/users/eve', 202],
  ['GET', 'chat/users/eve/groups/g', 200],
  ['DELETE', 'chat/groups/g/users/eve', 202],
  ['GET', 'chat/users/eve/groups/g', 404, 'Info.User.NotInGroup'],
  ['DELETE', 'chat/users/eve/groups', 204],
  ['PUT', 'chat/groups/g/connections/x', 404, 'Error.Connection.NotExisted'],
  ['DELETE', 'chat/groups/g/connections/x', 200],
  ['DELETE', 'chat/connections/x', 202],
  ['POST', 'chat/:closeConnections', 404, null],
  ['DELETE', 'chat/connections/x/groups', 404, null],
])('version 1.0: %s %s: %i', async (method, path, status, code = null, body) => {
  const below = '/api/v1/hubs';
  expect(await ask(method, path, { below, ...(body !== undefined && { body }) })).toMatchObject({
    status,
    code,
  });
  expect(await ask(method, path, { below, token: false })).toMatchObject({
    status: status === 404 && code === null ? 404 : 401,
  });
});

test('sends of version 1.0 and its preview reach the named receivers', async () => {
  const names = ['ada', 'bob', 'eve'];
  const clients = await Promise.all(
    names.map((name) => connectClient(emulator.url, { 'asrs.s.uid': name })),
  );
  const [ada, bob, eve] = clients as [ServiceClient, ServiceClient, ServiceClient];
  await ask('PUT', `chat/groups/g/connections/${ada.id}`, { below: '/api/v1/hubs' });
  await ask('PUT', 'chat/groups/h/users/bob', { below: '/api/v1/hubs' });
  const send = async (below: string, path: string, text: string): Promise<void> => {
    const body = JSON.stringify({ target: text, arguments: [] });
    expect(await ask('POST', path, { below, body })).toMatchObject({ status: 202 });
  };
  const [v1, preview] = ['/api/v1/hubs', '/api/v1-preview/hub'];
  await send(v1, `chat?excluded=${eve.id}`, '1');
  await send(v1, 'chat/users/eve', '2');
  await send(v1, 'chat/groups/g', '3');
  await send(v1, `chat/connections/${bob.id}`, '4');
  await send(preview, 'chat/user/ada', '5');
  await send(preview, 'chat/users/ada,eve', '6');
  await send(preview, 'chat/group/h', '7');
  await send(preview, 'chat/groups/g,h,g', '8');
  await send(preview, 'chat', '9');
  const got = (client: ServiceClient): string =>
    client.records.map((record) => (JSON.parse(record) as { target: string }).target).join('');
  await expect.poll(() => clients.map(got)).toEqual(['135689', '14789', '269']);
  for (const { webSocket } of clients) webSocket.terminate();
});
