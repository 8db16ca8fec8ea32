import type { Results } from '../results/results.ts';
import type { Metric, Workload } from '../workloads/workload.ts';
import { compareSides, medianOf } from './comparison.ts';
import { formatRatio } from './format-ratio.ts';
import { formatTable } from './format-table.ts';
import { metricTexts } from './metric-texts.ts';

interface Row {
  readonly workload: Workload;
  readonly metric: Metric;
}

const rowsOf = (workloads: readonly Workload[]): Row[] =>
  workloads.flatMap((workload) => workload.metrics.map((metric) => ({ workload, metric })));

/** Returns the table of the ratios of one peer to each other peer. */
export function formatRatios(
  results: Pick<Results, 'runs'>,
  workloads: readonly Workload[],
  first: string,
  peers: readonly string[],
): string {
  const others = peers.filter((peer) => peer !== first);
  const rows = rowsOf(workloads).map(({ workload, metric }) => [
    workload.name,
    metricTexts[metric].name(workload.unit),
    ...others.map((peer) => {
      const other = { peer, workload: workload.comparedWith ?? workload.name };
      const interval = compareSides(
        results,
        { peer: first, workload: workload.name },
        other,
        metric,
      );
      return formatRatio(interval);
    }),
  ]);
  const header = ['workload', 'measured', ...others.map((peer) => `÷ ${peer}`)];
  return formatTable(header, rows);
}

/** Returns the table of the measured values of all peers. */
export function formatMeasurements(
  results: Pick<Results, 'runs'>,
  workloads: readonly Workload[],
  peers: readonly string[],
): string {
  const rows = rowsOf(workloads).map(({ workload, metric }) => {
    const { name, format } = metricTexts[metric];
    const values = peers.map((peer) => {
      const value = medianOf(results, { peer, workload: workload.name }, metric);
      return value === undefined ? '' : format(value);
    });
    return [workload.name, name(workload.unit), ...values];
  });
  return formatTable(['workload', 'measured', ...peers], rows);
}
