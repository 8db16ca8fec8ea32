import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@practical-signalr/course';
import { readCoverage } from './coverage-results.ts';
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
  const packages = Object.entries(readCoverage()).map(
    ([name, { lines, branches }]) =>
      `| ${name} | ${lines.toFixed(1)} % | ${branches.toFixed(1)} % |`,
  );
  return [
    '# Test strength',
    'This page shows how much of the code the tests cover, and which changes of the code they notice.',
    'The commands `npm run mutation -- --record` and `npm run coverage -- --record` write this page.',
    '## Mutations',
    'Stryker changes the code in small ways, for example `<` to `<=`, and runs the tests. A change that no test notices has survived.',
    ['| area | changes | noticed | share |', '|---|---|---|---|', ...areas].join('\n'),
    '## Coverage',
    'The share of lines and branches of each published package that its own tests run, without the tests of other packages. Code that runs in other processes, for example in workers or in a browser, does not count. The aim is 95 %.',
    ['| package | lines | branches |', '|---|---|---|', ...packages].join('\n'),
    '## Changes that no test notices',
    'The changes are grouped by the reason.',
    ...renderSurvivors(results),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
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

/** Code may contain backticks. */
const quote = (code: string): string => `\`\` ${code === '' ? 'nothing' : code} \`\``;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
