import { findCommand } from '@practical-signalr/lesson-kit';
import { startRedisServer } from '@practical-signalr/redis/local';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startHaproxyFront } from '../hand-over/fronts.ts';
import { runCrash } from './run-crash.ts';

/** `npm run server-crash` runs the same with 1,000 clients. */
const CLIENTS = 24;

const areInstalled = ['redis-server', 'haproxy'].every((name) => findCommand(name) !== undefined);

describe.skipIf(!areInstalled)('a crash (skipped without redis-server or HAProxy)', () => {
  test('official clients of a server that is killed recover everything', async () => {
    const redis = await startRedisServer();
    onTestFinished(() => redis.close());
    const { messages, lostConnections, duration, ...faults } = await runCrash({
      redisUrl: redis.url,
      clients: CLIENTS,
      interval: 10,
      startFront: startHaproxyFront,
    });
    expect(faults).toEqual({ lost: 0, repeated: 0, outOfOrder: 0, notified: 0, unsettled: 0 });
    expect(lostConnections).toBeGreaterThan(0);
    expect(messages).toBeGreaterThan(CLIENTS);
    expect(duration).toBeGreaterThan(0);
  });
});
