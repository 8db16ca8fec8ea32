import { expect, test } from 'vitest';
import { startEmulator } from '../start-emulator.ts';

test('health and status need no token and do not contain the key', async () => {
  const emulator = await startEmulator({
    port: 0,
    accessKey: 'a key of our own, 32 bytes long!!',
    quota: 20,
  });
  try {
    expect((await fetch(`${emulator.url}/api/health`)).status).toBe(200);
    expect((await fetch(`${emulator.url}/api/health`, { method: 'HEAD' })).status).toBe(200);
    const answer = await fetch(`${emulator.url}/api/status`);
    const text = await answer.text();
    expect(JSON.parse(text)).toEqual({ ...emulator.status() });
    expect(JSON.parse(text)).toMatchObject({
      serviceMode: 'Default',
      openConnections: 0,
      quota: 20,
      hubs: [],
    });
    expect(text).not.toContain('a key of our own');
  } finally {
    await emulator.close();
  }
});
