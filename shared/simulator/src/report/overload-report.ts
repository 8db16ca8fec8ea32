import { simulateCrash } from '../scenarios/crash.ts';
import { reconnectPolicies } from '../scenarios/reconnect-policy.ts';
import { simulate } from '../scenarios/simulate.ts';
import { formatNumber, formatTable, formatTime } from './table.ts';

/** The connections of two servers, one of which crashes. */
export const overloads: readonly number[] = [20_000, 60_000, 120_000];

/** Reports how many clients one server can take over at once, as Markdown. */
export async function reportOverload(connectionCounts: readonly number[]): Promise<string> {
  const rows: string[][] = [];
  for (const connections of connectionCounts) {
    for (const policy of reconnectPolicies) {
      const options = {
        seed: 1,
        servers: 2,
        groups: 100,
        backplane: 'redis',
        connections,
      } as const;
      const report = await simulate(options, (fleet) => simulateCrash(fleet, policy));
      rows.push([
        formatNumber(report.clients),
        policy.name,
        formatTime(report.last),
        formatTime(report.longestCpuQueue),
        formatNumber(report.failedAttempts),
        formatNumber(report.abandoned),
      ]);
    }
  }
  const head = [
    'clients that move to one server',
    'reconnect',
    'all connected after',
    'CPU queue',
    'failed attempts',
    'stopped trying',
  ];
  return formatTable(head, rows);
}
