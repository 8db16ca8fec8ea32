import { afterAll, beforeAll, expect, test as baseTest } from 'vitest';
import { ClusterProcess } from './cluster-process.ts';
import { measureBroadcasts, measureEcho } from './measure-cluster.ts';

// The CPU time is read from /proc.
const test = baseTest.skipIf(process.platform !== 'linux');

let cluster: ClusterProcess;
beforeAll(async () => {
  if (process.platform === 'linux') cluster = await ClusterProcess.start(2);
});
afterAll(() => cluster?.stop());

test('a broadcast costs one message for each other worker', async () => {
  expect(await measureBroadcasts(cluster)).toBe(1);
});

test('calls and their CPU time are counted', async () => {
  const { calls, cpuMicroseconds, callsPerSecond } = await measureEcho(cluster, 0.1);
  expect(calls).toBeGreaterThan(0);
  expect(callsPerSecond).toBeGreaterThan(0);
  expect(cpuMicroseconds).toBeGreaterThanOrEqual(0);
});
