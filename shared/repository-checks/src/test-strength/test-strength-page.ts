import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@practical-signalr/course';
import { reasonOfGap } from './branch-reasons.ts';
import { branchShare, otherProcesses, readCoverage } from './coverage-results.ts';
import { type MutationResult, resultsFolder, scoreOf } from './mutation-results.ts';
import { reasonOf } from './survivor-reasons.ts';

export const pageFile = join(root, 'shared/docs/reference/test-strength.md');

/** Returns the recorded results of all measured areas by their names. */
export function readResults(): Record<string, MutationResult> {
  const names = readdirSync(resultsFolder).filter((file) => file !== 'coverage.json');
  return Object.fromEntries(
    names.map((file) => [file.replace('.json', ''), read<MutationResult>(file)]),
  );
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(join(resultsFolder, file), 'utf8')) as T;
}

export function writePage(): void {
  writeFileSync(pageFile, renderPage());
}

/** Returns the page of the documentation with all recorded results. */
export function renderPage(): string {
  const results = Object.entries(readResults());
  const areas = results.map(
    ([name, result]) =>
      `| ${name} | ${result.killed + result.survived} | ${result.killed} | ${percent(scoreOf(result))} |`,
  );
  const packages = Object.entries(readCoverage()).map(([name, result]) => {
    const { lines, branches, defaults, otherProcesses: others } = result;
    const gaps = branches.total - branches.run - defaults - others;
    const shares = [lines.run / lines.total, branches.run / branches.total].map(percent);
    return `| ${[name, ...shares, defaults, others, gaps, percent(branchShare(result))].join(' | ')} |`;
  });
  const processes = Object.entries(otherProcesses).map(
    ([file, test]) => `- \`${file.replace('/src/', '/')}\`: \`${test.replace('/src/', '/')}\``,
  );
  return [
    '# Test strength',
    'This page shows how much of the code the tests cover, and which changes of the code they notice.',
    'The commands `npm run mutation -- --record` and `npm run coverage -- --record` write this page.',
    '## Mutations',
    'Stryker changes the code in small ways, for example `<` to `<=`, and runs the tests. A change that no test notices has survived.',
    ['| area | changes | noticed | share |', '|---|---|---|---|', ...areas].join('\n'),
    '## Coverage',
    'The share of the lines and branches of each published package that the tests of the five packages run together. The aim is 95 % of the branches that are not explained. Two kinds of branches that no test runs are explained:',
    [
      "- **Constant defaults.** In `names[0] ?? ''`, the type allows the value to be missing, but the protocol, a check before or the length of the array guarantees it.",
      '- **Other processes.** The measurement does not see code in processes that tests start. The files are listed below the table, with the tests that run them.',
    ].join('\n'),
    [
      '| package | lines | branches | not run: constant defaults | not run: other processes | not run: others | branches without the explained ones |',
      '|---|---|---|---|---|---|---|',
      ...packages,
    ].join('\n'),
    ['Files that run in processes of their own, and their tests:', '', ...processes].join('\n'),
    '## Branches that no test runs',
    'The branches of the column "not run: others" are grouped by the reason.',
    ...renderGaps(),
    '## Changes that no test notices',
    'The changes are grouped by the reason.',
    ...renderSurvivors(results),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function renderGaps(): string[] {
  const groups = new Map<string, Map<string, number>>();
  for (const gap of Object.values(readCoverage()).flatMap(({ gaps }) => gaps)) {
    const reason = reasonOfGap(gap);
    const lines = groups.get(reason) ?? new Map<string, number>();
    const line = `- ${gap.file.replace('/src/', '/')}: ${quote(gap.code)}`;
    groups.set(reason, lines.set(line, (lines.get(line) ?? 0) + 1));
  }
  return [...groups].map(([reason, lines]) => {
    const texts = [...lines].map(([line, count]) => (count > 1 ? `${line} (${count})` : line));
    return `### ${reason}\n\n${texts.join('\n')}`;
  });
}

function renderSurvivors(results: readonly (readonly [string, MutationResult])[]): string[] {
  const groups = new Map<string, string[]>();
  for (const [, { survivors }] of results)
    for (const survivor of survivors) {
      const reason = reasonOf(survivor) ?? 'Not explained yet.';
      const { file, code, replacement } = survivor;
      const line = `- ${file.replace('/src/', '/')}: ${quote(code)} → ${quote(replacement)}`;
      groups.set(reason, [...(groups.get(reason) ?? []), line]);
    }
  return [...groups].map(([reason, lines]) => `### ${reason}\n\n${lines.join('\n')}`);
}

/** Returns code in double backticks, because it may contain backticks. */
const quote = (code: string): string => `\`\` ${code === '' ? 'nothing' : code} \`\``;

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
