import type { FleetOptions } from '../model/fleet.ts';
import { reportCrash, reportDeployment, reportTraffic } from './scenario-reports.ts';
import { formatNumber } from './table.ts';

/** The scenarios by name. */
export const scenarios = {
  traffic: { title: 'Sends', report: reportTraffic },
  crash: { title: 'A server crashes', report: reportCrash },
  deployment: { title: 'A rolling deployment', report: reportDeployment },
} as const;
export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as readonly ScenarioName[];

/** Runs scenarios and returns their report as Markdown. */
export async function formatReport(
  options: FleetOptions,
  names: readonly ScenarioName[],
): Promise<string> {
  const { servers, connections, groups, backplane, seed } = options;
  const parts = [
    `Servers: ${formatNumber(servers)}, connections: ${formatNumber(connections)}, groups: ${formatNumber(groups)}, backplane: ${backplane}, seed: ${seed}`,
  ];
  for (const name of names) {
    const { title, report } = scenarios[name];
    parts.push(`**${title}**`, await report(options));
  }
  return parts.join('\n\n');
}
