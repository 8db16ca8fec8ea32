import { findCommand } from '@practical-signalr/lesson-kit';
import { type BuiltDotnet, hasDotnet } from '@practical-signalr/lesson-kit/instances';
import { startRedisServer } from '@practical-signalr/redis/local';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  buildFollower,
  type DotnetFollower,
  type DotnetReport,
  startFollower,
} from './dotnet-follower.ts';
import { startHaproxyFront } from './fronts.ts';
import { type Follower, runRollingRestart } from './rolling-restart.ts';

/** `npm run rolling-restart` runs the same with 1,000 clients. */
const CLIENTS = 40;

/** Adapts a .NET client, and keeps its report. */
function dotnetFollower(
  project: BuiltDotnet,
  protocol: 'json' | 'messagepack',
  reports: DotnetReport[],
): Follower {
  let follower: DotnetFollower;
  return {
    async start(url, user) {
      follower = await startFollower(project, url, user, protocol);
    },
    async finish(lengths) {
      reports.push(await follower.report(lengths));
    },
  };
}

const isInstalled = (name: string): boolean => findCommand(name) !== undefined;

const areInstalled = isInstalled('redis-server') && isInstalled('haproxy');
describe.skipIf(!areInstalled)(
  'a rolling restart (skipped without redis-server or HAProxy)',
  () => {
    let project: BuiltDotnet | undefined;
    beforeAll(async () => {
      if (hasDotnet()) project = await buildFollower();
    });

    test('clients behind HAProxy notice nothing', async () => {
      const redis = await startRedisServer();
      onTestFinished(() => redis.close());
      const dotnetReports: DotnetReport[] = [];
      const followers =
        project !== undefined
          ? {
              'dotnet-json': dotnetFollower(project, 'json', dotnetReports),
              'dotnet-messagepack': dotnetFollower(project, 'messagepack', dotnetReports),
            }
          : {};
      const report = await runRollingRestart({
        redisUrl: redis.url,
        clients: CLIENTS,
        interval: 10,
        startFront: startHaproxyFront,
        followers,
      });
      const { messages, calls, restarts, ...faults } = report;
      expect(faults).toEqual({
        lost: 0,
        repeated: 0,
        outOfOrder: 0,
        failedCalls: 0,
        misrunCalls: 0,
        changedIds: 0,
        reconnecting: 0,
        hooks: 0,
        warnings: [],
      });
      for (const dotnet of dotnetReports) {
        expect(dotnet).toMatchObject({
          faults: 0,
          failedCalls: 0,
          reconnecting: 0,
          changedId: false,
        });
        expect(dotnet.calls).toBeGreaterThan(0);
      }
      expect(messages).toBeGreaterThan(CLIENTS);
      expect(calls).toBeGreaterThan(CLIENTS);
      expect(restarts).toHaveLength(3);
    });
  },
);
