import {
  buildDotnet,
  type BuiltDotnet,
  hasDotnet,
  startDotnet,
} from '@practical-signalr/lesson-kit/instances';
import { findRedis, type FoundRedis } from '@practical-signalr/redis/local';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTwin } from '../twin/start-twin.ts';
import { verifyBackplane } from './verify-backplane.ts';

let server: FoundRedis;
let redis: string;
let project: BuiltDotnet;
/** Makes the .NET server log its address only. */
const quiet = {
  Logging__LogLevel__Default: 'None',
  'Logging__LogLevel__Microsoft.Hosting.Lifetime': 'Information',
};

beforeAll(async () => {
  // If no redis-server is installed, this starts the in-process substitute.
  server = await findRedis({ PATH: process.env['PATH'] });
  redis = new URL(server.url).host;
  if (hasDotnet())
    project = await buildDotnet(new URL('../../dotnet/Interop.csproj', import.meta.url));
});
afterAll(() => server.close());

describe.concurrent('two servers on one Redis', () => {
  test('two twins: 44 of 44', async () => {
    const twins = [
      await startTwin(0, { redis, prefix: 'own.' }),
      await startTwin(0, { redis, prefix: 'own.' }),
    ] as const;
    expect(await verifyBackplane(twins[0].url, twins[1].url)).toEqual(['44 passed, 0 failed']);
    for (const twin of twins) await twin.close();
  });

  test.skipIf(!hasDotnet()).each([
    ['the twin first', '', true],
    ['the twin second, with a prefix', 'lab.', false],
  ])(
    'an ASP.NET Core server, %s: 44 of 44',
    async (_name, prefix, first) => {
      const dotnet = await startDotnet('ASP.NET Core', project, { ...quiet, redis, prefix });
      const twin = await startTwin(0, { redis, prefix });
      const urls = first ? ([twin.url, dotnet.url] as const) : ([dotnet.url, twin.url] as const);
      expect(await verifyBackplane(...urls)).toEqual(['44 passed, 0 failed']);
      await twin.close();
      await dotnet.close();
    },
    180_000,
  );
});
