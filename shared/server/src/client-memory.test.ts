import { request, type ClientRequest } from 'node:http';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { Hub } from './index.ts';
import { turns } from './testing/event-loop.ts';
import { testServer, type TestServer } from './testing/index.ts';
import { RawPollingClient } from './testing/raw-http-client.ts';

class EchoHub extends Hub {
  echo(text: string): string {
    return text;
  }
}

const HANDSHAKE = '{"protocol":"json","version":1}\u001e';
let server: TestServer;
const requests: ClientRequest[] = [];
afterEach(async () => {
  for (const open of requests.splice(0)) open.destroy();
  await server.close();
});

const negotiate = async (version = 1): Promise<string> => {
  const target = `${server.url}/hub/negotiate?negotiateVersion=${version}`;
  const response = await fetch(target, { method: 'POST' });
  return ((await response.json()) as { connectionToken: string }).connectionToken;
};

/** Starts a POST whose body has `length` bytes, and sends `body` of it. */
function startPost(token: string, body: string, length = body.length): ClientRequest {
  const post = request(`${server.url}/hub?id=${token}`, {
    method: 'POST',
    headers: { 'Content-Length': length },
    agent: false,
  });
  post.on('error', () => undefined);
  requests.push(post);
  post.write(body);
  return post;
}

async function expectService(): Promise<void> {
  const client = await new RawPollingClient().connect(`${server.url}/hub`);
  client.send('{"type":1,"invocationId":"1","target":"Echo","arguments":["x"]}\u001e');
  expect(await client.next()).toContain('"result":"x"');
  client.close();
}

test('POSTs to connections that are not open share a budget, and other clients are served', async () => {
  server = await testServer({ '/hub': { hub: EchoHub, methods: ['echo'] } });
  const size = 60_000;
  const attempts = 64;
  let keptCount = 0;
  for (let i = 0; i < attempts; i++) {
    startPost(await negotiate(), 'x'.repeat(size)).on('response', () => keptCount++);
    await turns(20);
  }
  await expect.poll(() => keptCount).toBe(Math.floor((1024 * 1024) / size));
  await turns(100);
  expect(keptCount).toBe(Math.floor((1024 * 1024) / size));
  await expectService();
});

test('slow POSTs end when their connection closes', async () => {
  server = await testServer({ '/hub': { hub: EchoHub, methods: ['echo'] } });
  const token = await negotiate();
  await fetch(`${server.url}/hub?id=${token}`);
  let arrivedCount = 0;
  server.server.on('request', () => arrivedCount++);
  const started = Array.from({ length: 64 }, () => startPost(token, HANDSHAKE, 1000));
  const statuses = Promise.all(
    started.map(async (post) => {
      const [response] = (await once(post, 'response')) as [{ statusCode: number }];
      await once(post, 'close');
      return response.statusCode;
    }),
  );
  await expect.poll(() => arrivedCount).toBe(64);
  expect((await fetch(`${server.url}/hub?id=${token}`, { method: 'DELETE' })).status).toBe(202);
  expect(new Set(await statuses)).toEqual(new Set([404]));
  await expect.poll(() => countConnections()).toBeLessThan(10);
});

const countConnections = (): Promise<number> =>
  new Promise((resolve, reject) =>
    server.server.getConnections((error, count) =>
      error === null ? resolve(count) : reject(error),
    ),
  );
