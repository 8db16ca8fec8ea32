import { once } from 'node:events';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startEmulator } from './index.ts';

test('the URL of an emulator on an IPv6 address has brackets', async ({ skip }) => {
  const addresses = Object.values(networkInterfaces()).flat();
  if (!addresses.some((each) => each?.address === '::1')) skip('The machine has no IPv6.');
  const emulator = await startEmulator({ port: 0, host: '::1' });
  expect(emulator.url).toBe(`http://[::1]:${emulator.port}`);
  expect(emulator.connectionString).toContain(`Endpoint=http://[::1];Port=${emulator.port};`);
  expect((await fetch(`${emulator.url}/api/health`)).status).toBe(200);
  await emulator.close();
});

test('after close, another server can start on the port and answer fetch at once', async () => {
  const emulator = await startEmulator({ port: 0 });
  const health = async (): Promise<number> => {
    const response = await fetch(`${emulator.url}/api/v1/health`);
    await response.text();
    return response.status;
  };
  expect(await health()).toBe(200);
  // `fetch` keeps the connection for the next request.
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  await emulator.close();
  const next = createServer((_request, response) => response.writeHead(418).end());
  next.listen(emulator.port, '127.0.0.1');
  expect(await health()).toBe(418);
  next.closeAllConnections();
  next.close();
  await once(next, 'close');
});
