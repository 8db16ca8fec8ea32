import { formatMachine, formatMissing } from '../report/format-report.ts';
import { formatNumber } from '../report/format-number.ts';
import { formatRatio } from '../report/format-ratio.ts';
import { formatTable } from '../report/format-table.ts';
import type { Results } from '../results/results.ts';
import type { Judgment } from './judge-change.ts';

const METHOD =
  'The table compares the CPU time per unit of the current build with that of the build before, with 95 % confidence intervals. The noise is the same comparison between two processes of the build before. A workload is slower if its whole interval is above the noise. The last column says which increase would have been found in this run.';

/** Returns the increase that the guard would have found, in percent. */
function smallestFinding({ change, noiseLimit }: Judgment): string {
  const reach = change.high / change.ratio;
  return `${formatNumber((noiseLimit * reach - 1) * 100)} %`;
}

/** Returns the report of the guard in Markdown. */
export function formatGuardReport(
  results: Results,
  judgments: readonly Judgment[],
  commit: string,
): string {
  const rows = judgments.map((judgment) => [
    judgment.workload,
    formatRatio(judgment.change),
    formatRatio(judgment.noise),
    judgment.verdict,
    smallestFinding(judgment),
  ]);
  const slower = judgments.filter(({ verdict }) => verdict === 'slower');
  const names = slower.map(({ workload }) => workload).join(', ');
  const missing = formatMissing(results);
  const sections = [
    `# Comparison with ${commit}`,
    formatMachine(results),
    METHOD,
    formatTable(['workload', 'current ÷ before', 'noise', 'result', 'would find'], rows),
    missing === '' ? '' : `## Missing\n\n${missing}`,
    slower.length === 0 ? 'No workload is slower.' : `Slower beyond noise: ${names}.`,
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}
