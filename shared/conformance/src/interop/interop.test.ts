import { findRedis, type FoundRedis } from '@practical-signalr/redis/local';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTwin } from '../twin/start-twin.ts';
import { buildDotnetServer, hasDotnet, startDotnetServer } from './dotnet-server.ts';
import { verifyBackplane } from './verify-backplane.ts';

let server: FoundRedis;
let redis: string;
beforeAll(async () => {
  server = await findRedis({ PATH: process.env['PATH'] }); // without a redis-server the stand-in
  redis = new URL(server.url).host;
  if (hasDotnet) await buildDotnetServer();
}, 120_000);
afterAll(() => server.close());

describe.concurrent('beside each other', () => {
  test('two twins on one Redis: 44 of 44', async () => {
    const twins = [
      await startTwin(0, { redis, prefix: 'own.' }),
      await startTwin(0, { redis, prefix: 'own.' }),
    ] as const;
    expect(await verifyBackplane(twins[0].url, twins[1].url)).toEqual(['44 passed, 0 failed']);
    for (const twin of twins) await twin.close();
  }, 60_000);

  test.skipIf(!hasDotnet).each([
    ['the twin first', '', true],
    ['the twin second, with a prefix', 'lab.', false],
  ])(
    'an ASP.NET Core server, %s: 44 of 44',
    async (_name, prefix, first) => {
      const dotnet = await startDotnetServer(redis, ...(prefix === '' ? [] : ['--prefix', prefix]));
      const twin = await startTwin(0, { redis, prefix });
      const urls = first ? ([twin.url, dotnet.url] as const) : ([dotnet.url, twin.url] as const);
      expect(await verifyBackplane(...urls)).toEqual(['44 passed, 0 failed']);
      await twin.close();
      await dotnet.close();
    },
    180_000,
  );
});
