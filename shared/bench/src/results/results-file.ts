import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { outFolder } from '../folders.ts';
import type { Results } from './results.ts';

/** Returns the file of a run that is not published. */
export const resultsFile = ({ startedAt }: Results): string =>
  join(outFolder, 'results', `${startedAt.replaceAll(/[:.]/g, '-')}.json`);

/** Writes results with one run per line, so that the file stays short and diffs stay readable. */
export function writeResults(file: string, results: Results): void {
  const { runs, ...rest } = results;
  const head = JSON.stringify(rest, undefined, 2).slice(0, -2);
  const lines = runs.map((run) => `    ${JSON.stringify(run)}`).join(',\n');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${head},\n  "runs": [\n${lines}\n  ]\n}\n`);
}
