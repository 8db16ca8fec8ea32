import { compareSides } from '../report/comparison.ts';
import { formatMachine, formatMissing, measuredPeers, METHOD } from '../report/format-report.ts';
import { formatMeasurements, formatRatios } from '../report/measurement-tables.ts';
import { formatTargets } from '../report/target-table.ts';
import type { Results } from '../results/results.ts';
import { workloads } from '../workloads/workload-list.ts';

/** A ratio in a plot: that of the first metric of a workload. */
export interface PlottedRatio {
  readonly workload: string;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

const round = (value: number): number => Number(value.toPrecision(4));

/** Returns what the plots show: for each other peer, its ratios to our server. */
export function createPlots(results: Results): Record<string, PlottedRatio[]> {
  const others = measuredPeers(results).filter((peer) => peer !== 'ours');
  return Object.fromEntries(
    others.map((peer) => [
      peer,
      workloads.flatMap(({ name, metrics: [metric = 'cpuMicroseconds'], comparedWith }) => {
        const other = { peer, workload: comparedWith ?? name };
        const interval = compareSides(results, { peer: 'ours', workload: name }, other, metric);
        if (interval === undefined) return [];
        const { ratio, low, high } = interval;
        return [{ workload: name, ratio: round(ratio), low: round(low), high: round(high) }];
      }),
    ]),
  );
}

/** Returns the generated sections of the performance page by name. */
export function createSections(results: Results): Record<string, string> {
  const peers = measuredPeers(results);
  const measured = new Set(results.runs.map(({ workload }) => workload));
  const shown = workloads.filter(({ name }) => measured.has(name));
  const missing = formatMissing(results);
  const described = shown.map(({ name, description }) => `| ${name} | ${description} |`);
  return {
    machine: formatMachine(results),
    method: METHOD,
    missing: missing === '' ? 'Nothing was left out.' : `Left out or failed:\n\n${missing}`,
    workloads: ['| workload | what happens |', '|---|---|', ...described].join('\n'),
    ratios: formatRatios(results, shown, 'ours', peers),
    'redis-ratios': formatRatios(
      results,
      shown.filter(({ servers }) => servers === 'redis'),
      'ours',
      peers.filter((peer) => ['ours', 'aspnetcore', 'socketio'].includes(peer)),
    ),
    values: formatMeasurements(results, shown, peers),
    targets: formatTargets(results),
  };
}
