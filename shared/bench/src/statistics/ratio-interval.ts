import { studentQuantile } from './student-quantile.ts';

/** A ratio of two measurements, with its 95 % confidence interval. */
export interface RatioInterval {
  /** The geometric mean of the ratios. */
  readonly ratio: number;
  /** The lower end of the interval, 0 with a single round. */
  readonly low: number;
  /** The upper end of the interval, infinite with a single round. */
  readonly high: number;
  /** How many ratios it is computed from. */
  readonly rounds: number;
}

/**
 * Returns the geometric mean of ratios and its confidence interval. Each ratio comes from one
 * round, in which both sides were measured one after the other, so that a machine that becomes
 * slower changes both. The interval is the t-interval of the logarithms: a ratio of 2 is as far
 * from 1 as a ratio of 0.5.
 * @returns undefined without ratios
 */
export function ratioInterval(ratios: readonly number[]): RatioInterval | undefined {
  const rounds = ratios.length;
  if (rounds === 0) return undefined;
  const logarithms = ratios.map((ratio) => Math.log(ratio));
  const mean = logarithms.reduce((sum, value) => sum + value, 0) / rounds;
  if (rounds === 1) return { ratio: Math.exp(mean), low: 0, high: Infinity, rounds };
  const squares = logarithms.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / (rounds - 1) / rounds);
  const reach = studentQuantile(rounds - 1) * standardError;
  return {
    ratio: Math.exp(mean),
    low: Math.exp(mean - reach),
    high: Math.exp(mean + reach),
    rounds,
  };
}

/** Returns whether an interval contains 1, so that the measurements show no difference. */
export const hasNoDifference = ({ low, high }: RatioInterval): boolean => low <= 1 && high >= 1;
