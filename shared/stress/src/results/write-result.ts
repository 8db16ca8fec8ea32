import { readFileSync, writeFileSync } from 'node:fs';
import { replaceSections } from '@practical-signalr/lesson-kit/generated-sections';
import type { Result } from './result.ts';
import { renderResults } from './results-table.ts';

const resultsFile = new URL('../../results.json', import.meta.url);
const pageFile = new URL('../../../docs/reference/measured.md', import.meta.url);

/** Returns the results of all long checks, as the commands have written them. */
export const readResults = (): Result[] =>
  JSON.parse(readFileSync(resultsFile, 'utf8')) as Result[];

/** Returns the page of the documentation that contains the results. */
export const readResultsPage = (): string => readFileSync(pageFile, 'utf8');

/** Replaces the results of these checks, and writes the page of the documentation. */
export function writeResults(newResults: readonly Result[]): void {
  const results = mergeResults(readResults(), newResults);
  writeFileSync(resultsFile, `${JSON.stringify(results, undefined, 2)}\n`);
  const sections = { results: renderResults(results) };
  writeFileSync(pageFile, replaceSections(readResultsPage(), sections));
}

/** Returns the results with the new ones in the places of those of the same checks. */
export function mergeResults(results: readonly Result[], newResults: readonly Result[]): Result[] {
  const merged = [...results];
  for (const result of newResults) {
    const isSame = ({ area, check }: Result): boolean =>
      area === result.area && check === result.check;
    const index = merged.findIndex(isSame);
    if (index === -1) merged.push(result);
    else merged[index] = result;
  }
  return merged;
}
