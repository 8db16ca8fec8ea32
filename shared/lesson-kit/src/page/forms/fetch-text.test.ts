import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { fetchText } from './fetch-text.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** Starts a server that answers each request with this status and text, and returns its address. */
async function serve(status: number, text: string): Promise<string> {
  const created = createServer((_request, response) => response.writeHead(status).end(text));
  server = created;
  await new Promise<void>((resolve) => created.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(created.address() as AddressInfo).port}`;
}

test('returns the body of a response with a status of success', async () => {
  expect(await fetchText(`${await serve(200, 'a.b.c')}/token`)).toBe('a.b.c');
});

test.each([401, 404, 500])('the body of a response with status %i is not a token', async (code) => {
  const address = `${await serve(code, 'Try again later.')}/token`;
  await expect(fetchText(`${address}?name=alice`)).rejects.toThrow(
    `${address} answered ${code}: Try again later.`,
  );
});
