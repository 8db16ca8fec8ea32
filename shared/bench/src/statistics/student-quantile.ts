/** The 97.5 % quantiles of Student's t-distribution for 1 to 30 degrees of freedom. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
  2.045, 2.042,
];
const NORMAL_QUANTILE = 1.959964;

/**
 * Returns the 97.5 % quantile of Student's t-distribution, which two-sided 95 % confidence
 * intervals use. Above 30 degrees of freedom, it is approximated with an error below 0.001.
 */
export function studentQuantile(degrees: number): number {
  const z = NORMAL_QUANTILE;
  return quantiles[degrees - 1] ?? z + (z ** 3 + z) / (4 * degrees);
}
