import type { Run } from '../results/results.ts';
import { formatNumber } from './format-number.ts';

/** Prints the progress: one line for each run. */
export function printRun({ round, workload, peer, measurement, error }: Run): void {
  const cpu = measurement?.cpuMicroseconds ?? 0;
  const result = error ?? `${formatNumber(cpu)} µs CPU, ${formatNumber(measurement?.rate ?? 0)}/s`;
  console.error(`${round + 1} ${workload} ${peer}: ${result}`);
}
