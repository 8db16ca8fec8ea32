import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceSections } from '@practical-signalr/lesson-kit/generated-sections';
import { benchFolder, repositoryFolder } from '../folders.ts';
import type { Results } from '../results/results.ts';
import { writeResults } from '../results/results-file.ts';
import { createPlots, createSections } from './page-sections.ts';

const folder = join(repositoryFolder, 'shared/docs/reference');
/** The results that the performance page is made from. */
export const publishedFile = join(benchFolder, 'results/published.json');
/** The performance page of the documentation, and the pages of packages with a part of it. */
export const pageFiles: readonly string[] = [
  join(folder, 'performance.md'),
  ...['server', 'redis'].map((name) => join(repositoryFolder, 'shared', name, 'BENCHMARKS.md')),
];
/** What the plots of the page show. */
export const plotsFile = join(folder, 'performance-plots.json');

/** Returns the published results. */
export const readPublished = (): Results =>
  JSON.parse(readFileSync(publishedFile, 'utf8')) as Results;

/** Returns the content of the file of the plots. */
export const formatPlots = (results: Results): string =>
  `${JSON.stringify(createPlots(results), undefined, 2)}\n`;

/**
 * Writes the generated sections of the pages and the file of the plots, from the published results.
 */
export function makePages(): void {
  const results = readPublished();
  const sections = createSections(results);
  for (const file of pageFiles)
    writeFileSync(file, replaceSections(readFileSync(file, 'utf8'), sections));
  writeFileSync(plotsFile, formatPlots(results));
}

/** Replaces the published results, and writes the pages and plots with them. */
export function publish(results: Results): void {
  writeResults(publishedFile, results);
  makePages();
}
