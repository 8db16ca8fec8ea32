import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { median, withResources } from '@practical-signalr/lesson-kit';
import { replaceSections } from '@practical-signalr/lesson-kit/generated-sections';
import { formatNumber } from '../report/format-number.ts';
import { type RatioInterval, ratioInterval } from '../statistics/ratio-interval.ts';
import { ClusterProcess } from './cluster-process.ts';
import {
  type EchoMeasurement,
  type IdleMeasurement,
  measureBroadcasts,
  measureEcho,
  measureIdle,
} from './measure-cluster.ts';

/** The guide with the results. */
const guideFile = new URL('../../../docs/guides/cores.md', import.meta.url);

/** Measures one and two workers in turn, and returns a report as Markdown. */
export async function reportCluster(
  rounds: number,
  seconds: number,
  log: (line: string) => void,
): Promise<string> {
  return withResources(async (resources) => {
    const one = resources.add(await ClusterProcess.start(1));
    const two = resources.add(await ClusterProcess.start(2));
    const idle = await measureIdle(two, seconds);
    log(`idle: ${formatIdle(idle)} ms CPU per second`);
    const broadcasts = await measureBroadcasts(two);
    log(`broadcast: ${broadcasts} messages per other worker`);
    const pairs: (readonly [EchoMeasurement, EchoMeasurement])[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const first = await measureEcho(one, seconds);
      const second = await measureEcho(two, seconds);
      pairs.push([first, second]);
      log(`${round + 1}: ${first.cpuMicroseconds} and ${second.cpuMicroseconds} µs CPU per call`);
    }
    return formatCluster(pairs, broadcasts, idle);
  });
}

function formatCluster(
  pairs: readonly (readonly [EchoMeasurement, EchoMeasurement])[],
  broadcasts: number,
  idle: IdleMeasurement,
): string {
  const ratios = pairs.map(([one, two]) => two.cpuMicroseconds / one.cpuMicroseconds);
  const { ratio, low, high } = ratioInterval(ratios) as RatioInterval;
  const ones = pairs.map(([one]) => one);
  const twos = pairs.map(([, two]) => two);
  const cpu = (all: readonly EchoMeasurement[]): string =>
    `${formatNumber(median(all.map(({ cpuMicroseconds }) => cpuMicroseconds)))} µs`;
  const rate = (all: readonly EchoMeasurement[]): string =>
    formatNumber(median(all.map(({ callsPerSecond }) => callsPerSecond)));
  return [
    '| measured | one worker | two workers | target |',
    '|---|---|---|---|',
    `| CPU time for an echo, all processes | ${cpu(ones)} | ${cpu(twos)} | |`,
    `| the same as a ratio, with 95 % confidence | 1 | ${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}) | at most 1.15 |`,
    `| echoes per second; the load generator uses the same cores | ${rate(ones)} | ${rate(twos)} | |`,
    `| messages to the other worker for a broadcast | | ${formatNumber(broadcasts)} | 1 |`,
    `| CPU time of idle workers and their primary process, in ms per second | | ${formatIdle(idle)} | 0 |`,
    '',
    `Machine: ${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores, Node ${process.versions.node}. Rounds: ${pairs.length}.`,
  ].join('\n');
}

/**
 * Returns the CPU time of idle processes. The kernel counts it in steps, so a measured 0 may be
 * anything up to one step.
 */
const formatIdle = ({ milliseconds, resolution }: IdleMeasurement): string =>
  milliseconds === 0 ? `less than ${formatNumber(resolution)}` : formatNumber(milliseconds);

/** Writes a report to the guide. */
export function writeClusterReport(report: string): void {
  const page = readFileSync(guideFile, 'utf8');
  writeFileSync(guideFile, replaceSections(page, { cluster: report }));
}
