import { hasNoDifference, type RatioInterval } from '../statistics/ratio-interval.ts';
import { formatNumber } from './format-number.ts';

/** Returns `0.62 (0.55 to 0.70)`, or `no difference (0.93 to 1.08)` if the interval contains 1. */
export function formatRatio(interval: RatioInterval | undefined): string {
  if (interval === undefined) return '';
  const { ratio, low, high, rounds } = interval;
  if (rounds === 1) return `${formatNumber(ratio)} (one round)`;
  const range = `(${formatNumber(low)} to ${formatNumber(high)})`;
  return hasNoDifference(interval) ? `no difference ${range}` : `${formatNumber(ratio)} ${range}`;
}
