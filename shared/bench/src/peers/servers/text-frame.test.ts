import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createTextFrame } from './text-frame.ts';

test('a client reads frames of every length', async () => {
  const texts = ['', 'é'.repeat(62), 'a'.repeat(125), 'é'.repeat(63), 'a'.repeat(70_000)];
  const http = createServer().listen(0, '127.0.0.1');
  const server = new WebSocketServer({ server: http });
  onTestFinished(() => {
    server.close();
    http.close();
  });
  server.on('connection', (_webSocket, { socket }) => {
    for (const text of texts) socket.write(createTextFrame(text));
  });
  await once(http, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  onTestFinished(() => client.close());
  const received: string[] = [];
  await new Promise<void>((resolve) => {
    client.on('message', (data: Buffer) => {
      received.push(data.toString());
      if (received.length === texts.length) resolve();
    });
  });
  expect(received).toEqual(texts);
});
