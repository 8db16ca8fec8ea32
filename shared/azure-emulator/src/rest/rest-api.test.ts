import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_ACCESS_KEY } from '../emulator-options.ts';
import { type Emulator, startEmulator } from '../start-emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0, serviceMode: 'Serverless' });
});
afterAll(() => emulator.close());

/** One request below `/api/hubs`, with a token for its path. */
async function ask(method: string, path: string, { body, token = true }: { body?: string; token?: boolean } = {}) {
  const { pathname, search } = new URL(`${emulator.url}/api/hubs/${path}`);
  const aud = `http://127.0.0.1${pathname}`;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token) headers['authorization'] = `Bearer ${jwt.sign({ aud }, DEFAULT_ACCESS_KEY, { expiresIn: 60 })}`;
  const query = `${search === '' ? '?' : `${search}&`}api-version=2022-06-01`;
  const answer = await fetch(`${emulator.url}${pathname}${query}`, {
    method,
    headers,
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, code: answer.headers.get('x-ms-error-code'), text: await answer.text() };
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
  ['PUT', 'chat/users/ada/groups/a?ttl=x', 400, 'Error.Ttl'],
  ['POST', 'chat/users/%zz/:send', 400, 'Error.Path'],
  ['POST', '1chat/:send', 400, 'Error.Hub'],
  ['POST', 'chat/nothing', 404, null],
])('%s %s: %i', async (method, path, status, code) => {
  expect(await ask(method, path)).toMatchObject({ status, code });
});

test('a message is taken though nobody gets it; what is no message is told', async () => {
  const body = JSON.stringify({ target: 'Said', arguments: [1] });
  expect(await ask('POST', 'chat/:send', { body })).toMatchObject({ status: 202 });
  for (const wrong of ['{', '{}', '{"target":1,"arguments":[]}']) {
    const { status, text } = await ask('POST', 'chat/:send', { body: wrong });
    expect([status, JSON.parse(text)]).toEqual([400, expect.objectContaining({ code: 'Error.Body', target: null })]);
  }
});

test('without a good token a body is not even read', async () => {
  const body = 'x'.repeat(2_000_000);
  expect((await ask('POST', 'chat/:send', { body, token: false })).status).toBe(401);
  expect((await ask('POST', 'chat/:send', { body })).status).toBe(413);
});
