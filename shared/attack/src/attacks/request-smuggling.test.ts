import { afterAll, beforeAll, expect, test } from 'vitest';
import { Hub } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { sendRaw, statusCodes } from '../raw-request.ts';

class QuietHub extends Hub {}

let server: TestServer;
let smuggled = 0;
beforeAll(async () => {
  server = await testServer({ '/hub': { hub: QuietHub, methods: [] } });
  server.server.on('request', ({ url }) => {
    if (url?.startsWith('/smuggled') === true) smuggled++;
  });
});
afterAll(() => server.close());

const hidden = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';
const post = (headers: string, body: string): string =>
  `POST /hub/negotiate?negotiateVersion=1 HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n${body}`;
const both = `Content-Length: 5\r\nTransfer-Encoding: chunked`;

// Two servers that disagree about the end of the first request see different second requests. The
// server must refuse such a request, so that a proxy in front of it cannot disagree.
test.each<[string, string]>([
  ['Content-Length and Transfer-Encoding', post(both, `0\r\n\r\n${hidden}`)],
  ['two different lengths', post('Content-Length: 0\r\nContent-Length: 9', hidden)],
  ['a list of lengths', post('Content-Length: 0, 9', hidden)],
  ['a length with a sign', post('Content-Length: +0', hidden)],
  ['a negative length', post('Content-Length: -1', hidden)],
  ['a length in hexadecimal', post('Content-Length: 0x0', hidden)],
  ['a space before the colon', post('Transfer-Encoding : chunked', `0\r\n\r\n${hidden}`)],
  ['an unknown encoding', post('Transfer-Encoding: xchunked', `0\r\n\r\n${hidden}`)],
  ['chunked is not last', post('Transfer-Encoding: chunked, identity', `0\r\n\r\n${hidden}`)],
  [
    'two encodings',
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: x', `0\r\n\r\n${hidden}`),
  ],
  ['a folded header', post('X: a\r\n Content-Length: 9\r\nContent-Length: 0 1', hidden)],
  [
    'a line feed alone',
    post('X: a\nTransfer-Encoding: chunked\r\nContent-Length: 5', `0\r\n\r\n${hidden}`),
  ],
  ['a carriage return alone', post('X: a\rContent-Length: 5', hidden)],
  ['a zero byte in a header', post('X: a\0b\r\nContent-Length: 0', hidden)],
  ['a chunk size with a sign', post('Transfer-Encoding: chunked', `+0\r\n\r\n${hidden}`)],
  [
    'a chunk size that overflows',
    post('Transfer-Encoding: chunked', `10000000000000000\r\n${hidden}`),
  ],
  ['a chunk without its end', post('Transfer-Encoding: chunked', `1\r\naa0\r\n\r\n${hidden}`)],
])('a request with %s is refused, and no hidden request is handled', async (_name, request) => {
  const before = smuggled;
  const statuses = statusCodes(await sendRaw(server.port, Buffer.from(request, 'latin1')));
  // The hub answers a negotiation before the body has arrived. What follows must be refused.
  expect(statuses.filter((status) => status !== 400).length).toBeLessThanOrEqual(1);
  expect(statuses.filter((status) => status !== 400 && status !== 200)).toEqual([]);
  expect(smuggled).toBe(before);
});

test('two requests on one connection are two requests', async () => {
  const requests =
    post('Content-Length: 2', '{}') + hidden.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
  const statuses = statusCodes(await sendRaw(server.port, Buffer.from(requests)));
  expect(statuses).toEqual([200, 404]);
  expect(smuggled).toBeGreaterThan(0);
});

test.each([
  ['headers', (size: number) => ['', `X: ${'a'.repeat(size)}\r\n`]],
  ['a query string', (size: number) => [`a=${'a'.repeat(size)}`, '']],
  ['a cookie', (size: number) => ['', `Cookie: ${'a=b; '.repeat(size / 5)}\r\n`]],
] as const)('%s over 16 KB are refused, and other clients are served', async (_name, create) => {
  const send = async (size: number, upgrade: string): Promise<number[]> => {
    const [query, header] = create(size);
    const head = `POST /hub/negotiate?negotiateVersion=1&${query} HTTP/1.1\r\nHost: localhost\r\n`;
    const request = `${head}${header}Connection: ${upgrade}\r\nContent-Length: 0\r\n\r\n`;
    return statusCodes(await sendRaw(server.port, Buffer.from(request)));
  };
  expect(await send(10_000, 'close')).toEqual([200]);
  expect(await send(20_000, 'close')).toEqual([431]);
  expect(await send(20_000, 'Upgrade\r\nUpgrade: websocket')).toEqual([431]);
  const response = await fetch(`${server.url}/hub/negotiate`, { method: 'POST' });
  expect([response.status, await response.json()]).toEqual([200, expect.anything()]);
});
