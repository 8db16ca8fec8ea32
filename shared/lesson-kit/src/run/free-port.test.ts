import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, portIfFree } from './free-port.ts';

test('a port is below those that operating systems assign themselves', async () => {
  const port = await freePort();
  expect(port).toBeGreaterThanOrEqual(11_000);
  expect(port).toBeLessThan(22_000);
});

test('a port in use is not returned', async () => {
  const taken = await freePort();
  const server = createServer().listen(taken, '127.0.0.1');
  await once(server, 'listening');
  const free = await freePort();
  const candidates = [taken, taken, free];
  expect(await freePort(() => candidates.shift() as number)).toBe(free);
  await expect(freePort(() => taken)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect([await portIfFree(taken), await portIfFree(free)]).toEqual([0, free]);
  server.close();
  await once(server, 'close');
});
