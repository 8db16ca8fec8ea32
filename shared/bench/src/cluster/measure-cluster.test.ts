import { afterAll, beforeAll, expect, test as baseTest } from 'vitest';
import { ClusterProcess } from './cluster-process.ts';
import { measureBroadcasts, measureEcho } from './measure-cluster.ts';

// The CPU time is read from /proc.
const test = baseTest.skipIf(process.platform !== 'linux');

let cluster: ClusterProcess;
beforeAll(async () => {
  if (process.platform === 'linux') cluster = await ClusterProcess.start(2);
});
afterAll(() => cluster?.close());

test('a broadcast costs one message for each other worker', async () => {
  expect(await measureBroadcasts(cluster)).toBe(1);
});

test('calls and their CPU time are counted', async () => {
  const cpu = cluster.readCpu();
  const { calls, cpuMicroseconds, callsPerSecond } = await measureEcho(cluster, 0.1);
  // The kernel counts in steps of 10 ms, so calls go on until one has been counted.
  while (cluster.readCpu() === cpu) await measureEcho(cluster, 0.1);
  expect(calls).toBeGreaterThan(0);
  expect(callsPerSecond).toBeGreaterThan(0);
  const total = (cluster.readCpu() - cpu) * 1000;
  expect(cpuMicroseconds * calls).toBeLessThanOrEqual(total);
});
