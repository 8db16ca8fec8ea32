import { describe, expect, test } from 'vitest';
import type { FleetOptions } from '../model/fleet.ts';
import { costs } from '../model/costs.ts';
import { simulateCrash } from './crash.ts';
import { simulateDeployment } from './deployment.ts';
import { leastConnectionsBalancer, randomBalancer } from './load-balancer.ts';
import { jitteredPolicy, officialPolicy } from './reconnect-policy.ts';
import { simulate } from './simulate.ts';
import { simulateTraffic } from './traffic.ts';

const fleet: FleetOptions = {
  seed: 3,
  servers: 4,
  connections: 400,
  groups: 8,
  backplane: 'redis',
};
const local: FleetOptions = { ...fleet, servers: 1, backplane: 'local' };

describe.each([fleet, { ...fleet, backplane: 'cluster' }, local] as const)(
  'over $backplane',
  (options) => {
    test('each send reaches exactly its clients', async () => {
      const { sends, members } = await simulate(options, async (running) => ({
        sends: await simulateTraffic(running),
        members: running.clients.length / options.groups,
      }));
      const [all, group, connection] = sends.map(({ clientMessages }) => clientMessages);
      expect([all, connection]).toEqual([400, 1]);
      // Groups are chosen at random, so their sizes differ.
      expect(group).toBeGreaterThan(members / 2);
      expect(group).toBeLessThan(members * 2);
    });
  },
);

test('a broadcast is published once and costs one message per server', async () => {
  const [all] = await simulate(fleet, simulateTraffic);
  expect(all).toMatchObject({ publishes: 1, backplaneMessages: 4, backplaneMessagesPerServer: 1 });
});

test('over the workers of one machine, a broadcast costs one message per worker', async () => {
  const [all] = await simulate({ ...fleet, backplane: 'cluster' }, simulateTraffic);
  expect(all).toMatchObject({ publishes: 0, backplaneMessages: 4, backplaneMessagesPerServer: 1 });
});

test('Redis has a subscription per connection, per group and server, and four more per server', async () => {
  const { subscriptions, groups } = await simulate(fleet, async (running) => ({
    subscriptions: running.backplane.redis.subscriptions,
    groups: running.servers.reduce(
      (sum, { clients }) => sum + new Set([...clients].map(({ group }) => group)).size,
      0,
    ),
  }));
  // All, group commands, server commands, acks and results.
  expect(subscriptions).toBe(400 + groups + 4 * 5);
});

test('after a crash, all clients reach the other servers, and jitter lowers the peak', async () => {
  const run = (policy: typeof officialPolicy) =>
    simulate(fleet, async (running) => {
      const report = await simulateCrash(running, policy);
      const connected = running.servers.reduce((sum, { clients }) => sum + clients.size, 0);
      return { report, connected, subscriptions: running.backplane.redis.subscriptions };
    });
  const atOnce = await run(officialPolicy);
  const spread = await run(jitteredPolicy);
  for (const { report, connected } of [atOnce, spread])
    expect({ connected, ...report }).toMatchObject({ connected: 400, abandoned: 0 });
  expect(spread.report.peakPerServer).toBeLessThan(atOnce.report.peakPerServer / 2);
  expect(spread.report.longestCpuQueue).toBeLessThan(atOnce.report.longestCpuQueue);
});

test('clients stop trying if no server accepts them in time', async () => {
  const report = await simulate({ ...fleet, servers: 2 }, (running) => {
    for (const server of running.servers) server.occupyCpu(10 * costs.connectTimeout);
    return simulateCrash(running, officialPolicy);
  });
  expect(report.abandoned).toBe(report.clients);
  expect(report.failedAttempts).toBe(4 * report.clients);
});

test('a deployment moves each client at least once, and leaves nothing of the old servers', async () => {
  const { report, subscriptions, before } = await simulate(fleet, async (running) => {
    const { redis } = running.backplane;
    const atStart = redis.subscriptions;
    const deployed = await simulateDeployment(running, officialPolicy, leastConnectionsBalancer);
    return { report: deployed, subscriptions: redis.subscriptions, before: atStart };
  });
  expect(report.movesPerClient).toBeGreaterThanOrEqual(1);
  expect(Math.abs(subscriptions - before)).toBeLessThan(4 * 8);
  const random = await simulate(fleet, (running) =>
    simulateDeployment(running, officialPolicy, randomBalancer),
  );
  expect(random.movesPerClient).toBeGreaterThan(report.movesPerClient);
  expect(random.imbalance).toBeGreaterThan(report.imbalance);
});
