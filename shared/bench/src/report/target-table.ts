import type { Results } from '../results/results.ts';
import type { RatioInterval } from '../statistics/ratio-interval.ts';
import { workloads } from '../workloads/workload-list.ts';
import { compareSides } from './comparison.ts';
import { formatNumber } from './format-number.ts';
import { formatRatio } from './format-ratio.ts';
import { formatTable } from './format-table.ts';
import { metricTexts } from './metric-texts.ts';
import { type Target, targets } from './targets.ts';

/** Says whether a ratio meets its target, and whether the interval proves it. */
function judge({ ratio, low, high }: RatioInterval, atMost: number): string {
  if (high <= atMost) return 'met';
  if (low > atMost) return 'not met';
  return ratio <= atMost ? 'met, not proved' : 'not met, not proved';
}

function formatRow(results: Pick<Results, 'runs'>, target: Target): string[] | undefined {
  const { workload, against, metric, atMost } = target;
  const interval = compareSides(results, { peer: 'ours', workload }, against, metric);
  if (interval === undefined) return undefined;
  const unit = workloads.find(({ name }) => name === workload)?.unit ?? 'delivery';
  const isOtherWorkload = against.workload !== workload;
  return [
    workload,
    metricTexts[metric].name(unit),
    isOtherWorkload ? `${against.peer}, ${against.workload}` : against.peer,
    formatNumber(atMost),
    `${formatNumber(interval.ratio)}${formatRatio(interval).replace(/^[^(]*/, ' ')}`,
    judge(interval, atMost),
  ];
}

/**
 * Returns the table of the targets that were measured. A target is met or not met if the whole
 * interval is on one side of the limit, and not proved if the limit is inside the interval.
 */
export function formatTargets(results: Pick<Results, 'runs'>): string {
  const rows = targets.flatMap((target) => {
    const row = formatRow(results, target);
    return row === undefined ? [] : [row];
  });
  return formatTable(['workload', 'measured', 'against', 'at most', 'ratio', 'result'], rows);
}
