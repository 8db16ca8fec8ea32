import { findRedis, type FoundRedis } from '@practical-signalr/redis/local';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTwin } from '../twin/start-twin.ts';
import { buildDotnetServer, hasDotnet, startDotnetServer } from './dotnet-server.ts';

const verify = fileURLToPath(new URL('../../player/verify-redis.mjs', import.meta.url));

/** Every target, group operation and client result, both ways, with JSON and MessagePack clients: what failed, and the sum. */
async function verified(a: string, b: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [verify, a, b]).catch(
    (error: unknown) => error as { stdout: string },
  );
  return stdout.split('\n').filter((line) => line.startsWith('FAIL') || /passed/.test(line));
}

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
    expect(await verified(twins[0].url, twins[1].url)).toEqual(['44 passed, 0 failed']);
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
      expect(await verified(...urls)).toEqual(['44 passed, 0 failed']);
      await twin.close();
      await dotnet.close();
    },
    60_000,
  );
});
