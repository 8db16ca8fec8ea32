import { networkInterfaces } from 'node:os';
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
