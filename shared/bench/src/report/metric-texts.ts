import type { Metric, Workload } from '../workloads/workload.ts';
import { formatNumber } from './format-number.ts';

/** How a metric is shown: its name, and its value with a unit. */
interface MetricText {
  readonly name: (unit: Workload['unit']) => string;
  readonly format: (value: number) => string;
}

const milliseconds = (value: number): string => `${formatNumber(value / 1000)} ms`;

/** The text of each metric. */
export const metricTexts: Readonly<Record<Metric, MetricText>> = {
  cpuMicroseconds: {
    name: (unit) => `CPU time per ${unit}`,
    format: (value) => `${formatNumber(value)} µs`,
  },
  bytesPerConnection: {
    name: () => 'memory per connection',
    format: (value) => `${formatNumber(value / 1024)} KiB`,
  },
  p50Microseconds: { name: () => 'median time', format: milliseconds },
  p99Microseconds: { name: () => '99th percentile of the time', format: milliseconds },
  crossP50Microseconds: {
    name: () => 'median time to the other server',
    format: milliseconds,
  },
  seconds: {
    name: () => 'time until all are served',
    format: (value) => `${formatNumber(value)} s`,
  },
};
