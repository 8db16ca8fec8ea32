import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { Hub } from './index.ts';
import { testServer, type TestServer } from './testing/index.ts';
import { RawClient } from './testing/raw-client.ts';
import { RawPollingClient } from './testing/raw-http-client.ts';

class EchoHub extends Hub {
  echo(text: string): string {
    return text;
  }
}

const HANDSHAKE = '{"protocol":"json","version":1}\u001e';
const PING = '{"type":6}\u001e';
const CALL = '{"type":1,"invocationId":"1","target":"Echo","arguments":["x"]}\u001e';
/** Longer than all timeouts of the test together. */
const PAUSE = 4000;
const timeouts = {
  clientTimeoutInterval: 1000,
  handshakeTimeout: 1000,
  disconnectTimeout: 1000,
  sendTimeout: 1000,
  keepAliveInterval: 500,
};
let server: TestServer;
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

const start = async (): Promise<void> => {
  server = await testServer((signalr) =>
    signalr.mapHub('/hub', EchoHub, { methods: ['echo'], ...timeouts }),
  );
};

/** Blocks the event loop, as a stopped process does. It takes no CPU time. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/**
 * Starts a process that sends a request on a new connection while the server is blocked. The
 * request is in a socket of the server when it continues. It starts before the test's timeouts do.
 */
async function startSender(): Promise<{ send(port: number, request: string): void; stop(): void }> {
  const script = `
    const { connect } = require('node:net');
    process.stdin.on('data', (data) => {
      const { port, request } = JSON.parse(data);
      const socket = connect(port, '127.0.0.1', () => socket.write(request));
      socket.on('error', () => undefined).resume();
    });
    process.stdout.write('ready');`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  return {
    send: (port, request) => void child.stdin.write(JSON.stringify({ port, request })),
    stop: () => void child.kill(),
  };
}

test('a client that sent pings and data before a pause stays connected after it', async () => {
  await start();
  const client = await RawClient.connect(`${server.url}/hub`);
  const shaking = await RawClient.open(`${server.url}/hub`);
  const polling = await new RawPollingClient().connect(`${server.url}/hub`);
  client.send(PING);
  client.send(CALL);
  expect(await client.next()).toContain('"result":"x"');
  // Everything below is in the sockets when the event loop continues.
  client.send(PING);
  shaking.send(HANDSHAKE);
  polling.send(PING);
  block(PAUSE);
  expect(await shaking.next()).toBe('{}');
  client.send(CALL);
  expect(await client.next()).toContain('"result":"x"');
  polling.send(CALL);
  expect(await polling.next()).toContain('"result":"x"');
  for (const each of [client, shaking, polling]) each.close();
});

test('a negotiated connection may be opened after a pause', async () => {
  const sender = await startSender();
  await start();
  const statuses: number[] = [];
  const response = await fetch(`${server.url}/hub/negotiate?negotiateVersion=1`, {
    method: 'POST',
  });
  const { connectionToken } = (await response.json()) as { connectionToken: string };
  const request = `GET /hub?id=${connectionToken} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  server.server.on('request', (_request, outgoing) =>
    outgoing.on('finish', () => statuses.push(outgoing.statusCode)),
  );
  sender.send(server.port, request);
  block(PAUSE);
  await expect.poll(() => statuses[0]).toBe(200);
  sender.stop();
});

test.each([-3_600_000, 3_600_000])(
  'a jump of the clock by %d ms neither closes a client nor keeps one',
  async (jump) => {
    await start();
    vi.useFakeTimers({ toFake: ['Date'] });
    const shaking = await RawClient.open(`${server.url}/hub`);
    const polling = await new RawPollingClient().connect(`${server.url}/hub`);
    const client = await RawClient.connect(`${server.url}/hub`);
    const response = await fetch(`${server.url}/hub/negotiate?negotiateVersion=1`, {
      method: 'POST',
    });
    const { connectionToken } = (await response.json()) as { connectionToken: string };
    client.send(PING);
    vi.setSystemTime(Date.now() + jump);
    shaking.send(HANDSHAKE);
    expect(await shaking.next()).toBe('{}');
    const opened = await RawClient.connect(`${server.url}/hub?id=${connectionToken}`);
    polling.send(CALL);
    expect(await polling.next()).toContain('"result":"x"');
    client.send(CALL);
    expect(await client.next()).toContain('"result":"x"');
    // The silent client still times out, and the others receive pings.
    expect((await client.end()).records.at(-1)).toContain('"type":7');
    for (const each of [shaking, polling, opened]) each.close();
  },
);
