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
  const scaleOut = azureSignalR({ connectionString, initialHubServerConnectionCount: 1, environment: {} });
  app = await testServer((signalr) => signalr.mapHub('/chat', ChatHub), { scaleOut });
  await expect.poll(() => emulator.hubs.get('chathub')?.servers.size).toBe(1);
});
afterEach(async () => {
  await app.close();
  await emulator.close();
});

/** A client that shakes hands, pings and goes. */
function comeAndGo(i: number): Promise<void> {
  const claims = { 'asrs.s.uid': `user ${i}` };
  const token = jwt.sign(claims, DEFAULT_ACCESS_KEY, {
    audience: 'http://127.0.0.1/client/?hub=chathub',
    expiresIn: 60,
  });
  const url = `${emulator.url.replace('http', 'ws')}/client/?hub=chathub&asrs.op=%2Fchat&access_token=${token}`;
  const webSocket = new WebSocket(url);
  webSocket.on('open', () => webSocket.send('{"protocol":"json","version":1}\u001e'));
  webSocket.once('message', () => webSocket.terminate());
  return new Promise((resolve, reject) => {
    webSocket.on('close', () => resolve());
    webSocket.on('error', reject);
  });
}

test('2,000 clients come and go and leave nothing behind', async () => {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < 2_000) await comeAndGo(next++);
  };
  await Promise.all(Array.from({ length: 50 }, lane));
  const hub = emulator.hubs.get('chathub');
  await expect.poll(() => emulator.status().openConnections, { timeout: 20_000 }).toBe(1);
  await expect
    .poll(() => [hub?.clients.size, hub?.groups.size, hub?.users.size, hub?.userGroups.size, hub?.questions.size])
    .toEqual([0, 0, 0, 0, 0]);
  expect([...(hub?.servers ?? [])].map(({ clients }) => clients.size)).toEqual([0]);
  expect(emulator.status().waitingConnections).toBe(0);
  await app.close();
  await expect.poll(() => emulator.hubs.size).toBe(0);
}, 180_000);
