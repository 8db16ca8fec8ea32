import type { Results } from '../results/results.ts';
import { workloads } from '../workloads/workload-list.ts';
import { formatMeasurements, formatRatios } from './measurement-tables.ts';
import { formatTargets } from './target-table.ts';

/** Returns the names of the peers that were measured, in the order of their first run. */
export const measuredPeers = ({ runs }: Pick<Results, 'runs'>): string[] => [
  ...new Set(runs.map(({ peer }) => peer)),
];

/** How the ratios and the measured values are computed. */
export const METHOD =
  'A ratio compares two servers in the same rounds: below 1, the first one needs less. It is the geometric mean over the rounds, followed by its 95 % confidence interval: the t-interval of the logarithms of the ratios within each round. If the interval contains 1, the table says "no difference". Measured values are medians over the rounds.';

/** Returns the list of what the machine and the tools were. */
export function formatMachine(results: Results): string {
  const { machine, versions, rounds, form, commit, startedAt } = results;
  const all = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `- **Measured:** ${startedAt.slice(0, 16).replace('T', ' ')} UTC, commit ${commit}, ${form} form, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`,
    `- **Machine:** ${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, ${machine.system}, limit of ${machine.openFileLimit} open files`,
    `- **Cores:** ${machine.pinning}`,
    `- **Load of the machine (processes running on average):** ${machine.loadBefore.toFixed(2)} before, ${machine.loadAfter.toFixed(2)} after. The benchmark itself needs two`,
    `- **Versions:** ${all.join(', ')}`,
  ].join('\n');
}

/** Returns what was left out, or an empty string. */
export const formatMissing = ({ missing }: Results): string =>
  missing.map((text) => `- ${text.replaceAll(/\s+/g, ' ')}`).join('\n');

/** Returns the whole report in Markdown, for the terminal. */
export function formatReport(results: Results): string {
  const peers = measuredPeers(results);
  const measured = new Set(results.runs.map(({ workload }) => workload));
  const shown = workloads.filter(({ name }) => measured.has(name));
  const first = peers[0] ?? 'ours';
  const missing = formatMissing(results);
  const sections = [
    '# Benchmark',
    formatMachine(results),
    METHOD,
    missing === '' ? '' : `## Missing\n\n${missing}`,
    `## Ratios: ${first} ÷ others\n\n${formatRatios(results, shown, first, peers)}`,
    `## Measured values\n\n${formatMeasurements(results, shown, peers)}`,
    peers.includes('ours') ? `## Targets\n\n${formatTargets(results)}` : '',
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}
