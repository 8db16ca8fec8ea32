import { createSecretKey } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { azureSignalR } from '@practical-signalr/azure';
import { Hub } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import jwt from 'jsonwebtoken';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { DEFAULT_ACCESS_KEY, type Emulator, startEmulator } from './index.ts';

class ChatHub extends Hub {
  override async onConnected(): Promise<void> {
    await this.groups.add(this.context.connectionId, `room ${this.context.connectionId}`);
  }
}

let emulator: Emulator;
let app: TestServer;
beforeEach(async () => {
  emulator = await startEmulator({ port: 0 });
  const { connectionString } = emulator;
  const scaleOut = azureSignalR({
    connectionString,
    initialHubServerConnectionCount: 1,
    environment: {},
  });
  app = await testServer((signalr) => signalr.mapHub('/chat', ChatHub, { methods: [] }), {
    scaleOut,
  });
  await expect.poll(() => emulator.hubs.get('chathub')?.servers.size).toBe(1);
});
afterEach(async () => {
  await app.close();
  await emulator.close();
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
/** Returns the memory that is in use after a garbage collection, in bytes. */
function heapInUse(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const ROUND = 250;
const MAXIMUM_ROUNDS = 10;
/**
 * The memory that may remain for each client, in bytes. A client that the emulator does not remove
 * takes more.
 */
const MAXIMUM_GROWTH = 500;

const HANDSHAKE = '{"protocol":"json","version":1}\u001e';
const key = createSecretKey(DEFAULT_ACCESS_KEY, 'utf8');
const tokenOf = (i: number): string =>
  jwt.sign({ 'asrs.s.uid': `user ${i}` }, key, {
    audience: 'http://127.0.0.1/client/?hub=chathub',
    expiresIn: 60,
  });
const QUERY = 'hub=chathub&asrs.op=%2Fchat';

/** Connects a client, completes the handshake, and breaks the connection. */
function webSocketClient(i: number): Promise<void> {
  const url = `${emulator.url.replace('http', 'ws')}/client/?${QUERY}&access_token=${tokenOf(i)}`;
  const webSocket = new WebSocket(url);
  webSocket.on('open', () => webSocket.send(HANDSHAKE));
  webSocket.once('message', () => webSocket.terminate());
  return new Promise((resolve, reject) => {
    webSocket.on('close', () => resolve());
    webSocket.on('error', reject);
  });
}

/**
 * Does the same over HTTP. Breaks an event stream, and closes a long-polling connection with a
 * DELETE.
 */
async function httpClient(i: number, accept: 'text/event-stream' | '*/*'): Promise<void> {
  const headers = { authorization: `Bearer ${tokenOf(i)}`, accept };
  const negotiate = await fetch(`${emulator.url}/client/negotiate?${QUERY}`, {
    method: 'POST',
    headers,
  });
  const { connectionToken } = (await negotiate.json()) as { connectionToken: string };
  const url = `${emulator.url}/client/?${QUERY}&id=${connectionToken}`;
  const opened = await fetch(url, { headers }); // the first poll ends at once, the events do not
  const events = opened.body?.getReader();
  await events?.read();
  await (await fetch(url, { method: 'POST', headers, body: HANDSHAKE })).text();
  if (accept === '*/*') {
    expect(await (await fetch(url, { headers })).text()).toBe('{}\u001e');
    await (await fetch(url, { method: 'DELETE', headers })).text();
  } else {
    await events?.read();
    await events?.cancel();
  }
}

/**
 * Connects and disconnects a client. Of every 40, one uses Server-Sent Events and one uses long
 * polling.
 */
function comeAndGo(i: number): Promise<void> {
  if (i % 40 === 0) return httpClient(i, 'text/event-stream');
  return i % 40 === 20 ? httpClient(i, '*/*') : webSocketClient(i);
}

test(
  'clients that connect and disconnect leave no memory behind',
  { timeout: 300_000 },
  async () => {
    let next = 0;
    const round = async (): Promise<number> => {
      const last = next + ROUND;
      const lane = async (): Promise<void> => {
        while (next < last) await comeAndGo(next++);
      };
      await Promise.all(Array.from({ length: 50 }, lane));
      await expect.poll(() => emulator.status().openConnections).toBe(1);
      return heapInUse();
    };
    const heaps = [await round()];
    const growth = (): number => ((heaps.at(-1) ?? 0) - (heaps.at(-2) ?? 0)) / ROUND;
    // The heap also grows while functions are compiled, but only in some rounds.
    do heaps.push(await round());
    while (growth() > MAXIMUM_GROWTH && heaps.length < MAXIMUM_ROUNDS);
    expect(growth(), heaps.join(', ')).toBeLessThanOrEqual(MAXIMUM_GROWTH);
    const hub = emulator.hubs.get('chathub');
    await expect
      .poll(() => [
        hub?.clients.size,
        hub?.groups.size,
        hub?.users.size,
        hub?.userGroups.size,
        hub?.invocations.size,
      ])
      .toEqual([0, 0, 0, 0, 0]);
    expect([...(hub?.servers ?? [])].map(({ clients }) => clients.size)).toEqual([0]);
    expect(emulator.status().waitingConnections).toBe(0);
    await app.close();
    await expect.poll(() => emulator.hubs.size).toBe(0);
  },
);
