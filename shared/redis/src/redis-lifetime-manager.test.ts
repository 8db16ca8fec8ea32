import { lifetimeCases } from '@practical-signalr/server/lifetime-suite';
import { afterAll, beforeAll, describe, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from './local/index.ts';
import { redis } from './redis.ts';
import { hasRedisServer } from './testing/redis-server-installed.ts';

const test = baseTest.skipIf(!hasRedisServer);

let server: RedisServerProcess;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.close());

describe.each(['local', 'fail'] as const)(
  'over Redis, whileDisconnected: %s',
  (whileDisconnected) => {
    test.each(lifetimeCases)('$name', async ({ run }) => {
      await run(redis({ url: server.url, whileDisconnected, ackTimeout: 5000 }));
    });
  },
);
