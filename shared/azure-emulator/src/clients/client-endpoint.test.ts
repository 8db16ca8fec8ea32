import { afterEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../index.ts';
import { clientToken, openClient } from '../testing/service-client.ts';

let emulator: Emulator;
afterEach(() => emulator.close());

const headers = { authorization: `Bearer ${clientToken()}` };

test('a request without a hub is refused with 400', async () => {
  emulator = await startEmulator({ port: 0 });
  const response = await fetch(`${emulator.url}/client/negotiate`, { method: 'POST', headers });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('hub');
});

test('a negotiated client that opens its transport after the quota was reached gets 429', async () => {
  const lines: string[] = [];
  emulator = await startEmulator({ port: 0, quota: 1, log: (line) => lines.push(line) });
  const negotiated = await fetch(`${emulator.url}/client/negotiate?hub=chat`, {
    method: 'POST',
    headers,
  });
  const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
  const first = await openClient(emulator.url);
  const open = (): Promise<Response> =>
    fetch(`${emulator.url}/client/?hub=chat&id=${connectionToken}`, {
      headers: { ...headers, accept: 'text/event-stream' },
    });
  const refused = await open();
  expect([refused.status, await refused.text()]).toEqual([429, expect.stringContaining('1')]);
  expect(lines.join('\n')).toContain('429');
  first.webSocket.close();
  await first.closed;
  await expect.poll(() => emulator.status().openConnections).toBe(0);
  const opened = await open();
  expect(opened.status).toBe(200);
  await opened.body?.cancel();
});
