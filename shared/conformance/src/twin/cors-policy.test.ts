import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTwin, type Twin } from './start-twin.ts';

const ORIGIN = 'http://localhost:5173';
const headersOfOrigin = {
  'access-control-allow-origin': ORIGIN,
  'access-control-allow-credentials': 'true',
};
let twin: Twin;

beforeAll(async () => {
  twin = await startTwin(0);
});
afterAll(() => twin.close());

async function send(method: string, path: string, headers: Record<string, string>) {
  const response = await fetch(twin.url + path, { method, headers });
  await response.text();
  const names = [...response.headers].filter(([name]) => name.startsWith('access-control-'));
  return { status: response.status, headers: Object.fromEntries(names) };
}

test('a preflight request returns the requested method and headers', async () => {
  for (const path of ['/cors', '/cors/negotiate']) {
    const { status, headers } = await send('OPTIONS', path, {
      origin: ORIGIN,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization, x-a',
    });
    expect(status).toBe(204);
    expect(headers).toEqual({
      ...headersOfOrigin,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'authorization,x-a',
    });
  }
});

test.each(['http://evil.example', 'http://LOCALHOST:5173', `${ORIGIN}/`, 'null'])(
  'the origin %s gets no headers',
  async (origin) => {
    const preflight = { origin, 'access-control-request-method': 'POST' };
    expect(await send('OPTIONS', '/cors', preflight)).toEqual({ status: 204, headers: {} });
    const post = await send('POST', '/cors/negotiate?negotiateVersion=1', { origin });
    expect(post).toEqual({ status: 200, headers: {} });
  },
);

test('only OPTIONS requests with a requested method are preflight requests', async () => {
  const headers = { origin: ORIGIN, 'access-control-request-method': 'POST' };
  const post = await send('POST', '/cors/negotiate?negotiateVersion=1', headers);
  expect(post).toEqual({ status: 200, headers: headersOfOrigin });
  const options = await send('OPTIONS', '/cors/negotiate', { origin: ORIGIN });
  expect(options).toEqual({ status: 405, headers: headersOfOrigin });
});

test('the policy applies only to the endpoints of the hub', async () => {
  const { status, headers } = await send('GET', '/cors/other', { origin: ORIGIN });
  expect({ status, headers }).toEqual({ status: 404, headers: {} });
});
