import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultsFolder } from './mutation-results.ts';

/** The coverage of a package, in percent. */
export interface CoverageResult {
  readonly lines: number;
  readonly branches: number;
}

const file = join(resultsFolder, 'coverage.json');

/** Returns the recorded coverage of the packages by their names. */
export function readCoverage(): Record<string, CoverageResult> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, CoverageResult>;
}

/** Records the coverage of a package from the summary that vitest has written. */
export function recordCoverage(name: string, summaryFile: string): void {
  const { total } = JSON.parse(readFileSync(summaryFile, 'utf8')) as {
    total: Record<keyof CoverageResult, { pct: number }>;
  };
  const result = { lines: total.lines.pct, branches: total.branches.pct };
  const all = { ...readCoverage(), [name]: result };
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
}
