import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { forwardUpgrade } from './request-forwarder.ts';

test('a forwarded upgrade keeps the bytes of its headers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forwarder-'));
  const socketPath = join(folder, 'worker.sock');
  const worker = createNetServer();
  const front = createServer();
  front.on('upgrade', (request, socket, head) => forwardUpgrade(socketPath, request, socket, head));
  worker.listen(socketPath);
  front.listen(0, '127.0.0.1');
  await Promise.all([once(worker, 'listening'), once(front, 'listening')]);
  const client = connect((front.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    client.destroy();
    worker.close();
    front.close();
    rmSync(folder, { recursive: true });
  });
  const accepted = once(worker, 'connection');
  const head = ['GET /hub HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket'];
  client.write(`${[...head, 'X-User: Jürgen'].join('\r\n')}\r\n\r\n`, 'utf8');
  const [socket] = (await accepted) as [NodeJS.ReadableStream];
  let received = '';
  for await (const chunk of socket) {
    received += (chunk as Buffer).toString('utf8');
    if (received.includes('\r\n\r\n')) break;
  }
  expect(received).toContain('X-User: Jürgen\r\n');
});
