import type { Measurement, Results, Run } from '../results/results.ts';
import { ratioInterval, type RatioInterval } from '../statistics/ratio-interval.ts';
import { median } from '@practical-signalr/lesson-kit';
import type { Metric } from '../workloads/workload.ts';

/** One side of a comparison. */
export interface Side {
  readonly peer: string;
  readonly workload: string;
}

const valueOf = (run: Run, metric: keyof Measurement): number | undefined =>
  run.measurement?.[metric];

/** Returns the values that a peer reached in a workload, by round. */
function valuesOf(
  runs: readonly Run[],
  side: Side,
  metric: keyof Measurement,
): Map<number, number> {
  const values = new Map<number, number>();
  for (const run of runs) {
    const value = valueOf(run, metric);
    const isSide = run.peer === side.peer && run.workload === side.workload;
    if (isSide && value !== undefined && value > 0) values.set(run.round, value);
  }
  return values;
}

/** Returns the median over all rounds, or undefined if nothing was measured. */
export function medianOf(
  { runs }: Pick<Results, 'runs'>,
  side: Side,
  metric: keyof Measurement,
): number | undefined {
  const values = [...valuesOf(runs, side, metric).values()];
  return values.length === 0 ? undefined : median(values);
}

/**
 * Compares two sides by the ratios of the rounds in which both were measured. Below 1, the first
 * one needs less.
 */
export function compareSides(
  { runs }: Pick<Results, 'runs'>,
  first: Side,
  second: Side,
  metric: Metric,
): RatioInterval | undefined {
  const others = valuesOf(runs, second, metric);
  const ratios = [...valuesOf(runs, first, metric)].flatMap(([round, value]) => {
    const other = others.get(round);
    return other === undefined ? [] : [value / other];
  });
  return ratioInterval(ratios);
}
