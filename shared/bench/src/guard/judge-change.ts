import { compareSides } from '../report/comparison.ts';
import type { Results } from '../results/results.ts';
import { hasNoDifference, type RatioInterval } from '../statistics/ratio-interval.ts';
import type { Metric } from '../workloads/workload.ts';

/** The names of the peers of the guard. The last two are two processes of the same build. */
export const guardPeers = { current: 'current', before: 'before', again: 'before-again' } as const;

/** What the guard found in one workload. */
export interface Judgment {
  readonly workload: string;
  /** The current build ÷ the one before. */
  readonly change: RatioInterval;
  /** The build before ÷ itself. */
  readonly noise: RatioInterval;
  /** The ratio up to which a change may be noise. */
  readonly noiseLimit: number;
  readonly verdict: 'slower' | 'faster' | 'within noise' | 'no difference';
}

/**
 * Compares the current build with the one before, and that one with itself. The noise limit is the
 * end of the interval of the second comparison that is farther from 1. The current build is slower
 * if its whole interval is above the noise limit.
 * @returns undefined if one of them was not measured
 */
export function judgeChange(
  results: Pick<Results, 'runs'>,
  workload: string,
  metric: Metric = 'cpuMicroseconds',
): Judgment | undefined {
  const { current, before, again } = guardPeers;
  const base = { peer: before, workload };
  const change = compareSides(results, { peer: current, workload }, base, metric);
  const noise = compareSides(results, { peer: again, workload }, base, metric);
  if (change === undefined || noise === undefined) return undefined;
  const noiseLimit = Math.max(noise.high, 1 / noise.low);
  return { workload, change, noise, noiseLimit, verdict: chooseVerdict(change, noiseLimit) };
}

function chooseVerdict(change: RatioInterval, noiseLimit: number): Judgment['verdict'] {
  if (hasNoDifference(change)) return 'no difference';
  if (change.low > noiseLimit) return 'slower';
  return change.high < 1 / noiseLimit ? 'faster' : 'within noise';
}
