import { afterEach, beforeEach, expect, test } from 'vitest';
import { Gate } from '../../connections/gate.ts';
import { MovingServers } from '../../testing/several-servers/moving-servers.ts';
import type { TestServer } from '../../testing/index.ts';
import { RawClient } from '../../testing/raw-client.ts';

let moving: MovingServers;
let servers: readonly [TestServer, TestServer];
const clients: RawClient[] = [];
beforeEach(async () => {
  moving = await MovingServers.start();
  servers = [moving.servers[0] as TestServer, await moving.startServer()];
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await moving.close();
});

const REFUSED = /status 404/;

/** Negotiates with a server. Returns the path of the connection. */
async function negotiate(server: TestServer, useStatefulReconnect: boolean): Promise<string> {
  const query = `negotiateVersion=1&useStatefulReconnect=${useStatefulReconnect}`;
  const response = await fetch(`${server.url}/hub/negotiate?${query}`, { method: 'POST' });
  const { connectionToken } = (await response.json()) as { readonly connectionToken: string };
  return `/hub?id=${connectionToken}`;
}

async function open(server: TestServer, path: string): Promise<void> {
  clients.push(await RawClient.open(`${server.url}${path}`));
}

/**
 * Opens a connection with stateful reconnect, and closes its server. Returns when the connection is
 * recorded for other servers, with a function that waits until the server has closed.
 */
async function openAndRecord(server: TestServer, path: string): Promise<() => Promise<void>> {
  const client = await RawClient.open(`${server.url}${path}`);
  client.send('{"protocol":"json","version":2}\u001e');
  expect(await client.next()).toBe('{}');
  const closed = server.signalr.close({ handOver: true });
  await client.end();
  return () => closed;
}

test.each([true, false])(
  'a token opens one connection on all servers together (stateful reconnect: %s)',
  async (isStateful) => {
    for (const [first, second] of [servers, [...servers].reverse()] as const) {
      const path = await negotiate(servers[0], isStateful);
      await open(first as TestServer, path);
      await expect(open(second as TestServer, path)).rejects.toThrow(REFUSED);
    }
  },
);

test('of two servers that receive a token at the same time, one accepts it', async () => {
  const path = await negotiate(servers[0], true);
  const results = await Promise.allSettled(servers.map((server) => open(server, path)));
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('a token that opened an event stream opens no WebSocket on another server', async () => {
  const path = await negotiate(servers[0], false);
  const controller = new AbortController();
  const headers = { accept: 'text/event-stream' };
  const { status } = await fetch(`${servers[0].url}${path}`, {
    headers,
    signal: controller.signal,
  });
  expect(status).toBe(200);
  await expect(open(servers[1], path)).rejects.toThrow(REFUSED);
  controller.abort();
});

test('while the other servers cannot be reached, a token opens a connection on each server', async () => {
  moving.backplane.onUseToken = () => {
    throw new Error('unreachable');
  };
  for (const isStateful of [true, false]) {
    const path = await negotiate(servers[0], isStateful);
    for (const server of servers) await open(server, path);
  }
  // Each server reports an outage once.
  expect(moving.logger.linesOf('error')).toHaveLength(2);
  moving.backplane.onUseToken = () => undefined;
  const path = await negotiate(servers[0], true);
  await open(servers[0], path);
  await expect(open(servers[1], path)).rejects.toThrow(REFUSED);
});

test('of two requests that return with one token to the next server, one continues', async () => {
  const [from, to] = servers;
  const path = await negotiate(from, true);
  const closed = await openAndRecord(from, path);
  let found = 0;
  const bothFound = new Gate();
  moving.backplane.onFind = () => {
    found++;
    if (found < 2) return bothFound.wait();
    bothFound.open();
    return undefined;
  };
  const results = await Promise.allSettled([open(to, path), open(to, path)]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  await closed();
  // The connection is still found by its token.
  await open(to, path);
});

test('a connection whose token comes from the next server moves there', async () => {
  const [from, to] = servers;
  const path = await negotiate(to, true);
  const closed = await openAndRecord(from, path);
  await open(to, path);
  await closed();
});

test('without a memory of used tokens, each server knows only those that it has accepted', async () => {
  const scaleOut = () => Object.assign(moving.backplane.scaleOut(), { useToken: undefined });
  const [first, second] = [
    await moving.startServer({ scaleOut }),
    await moving.startServer({ scaleOut }),
  ];
  const path = await negotiate(first, false);
  await open(first, path);
  await expect(open(first, path)).rejects.toThrow(/status 4/);
  await open(second, path);
});
