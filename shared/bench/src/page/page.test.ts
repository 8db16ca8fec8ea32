import { readFileSync } from 'node:fs';
import {
  handwrittenParts,
  replaceSections,
} from '@practical-signalr/lesson-kit/generated-sections';
import { expect, test } from 'vitest';
import { createPlots, createSections } from './page-sections.ts';
import { formatPlots, pageFiles, plotsFile, readPublished } from './publish.ts';

const [page = '', ...otherPages] = pageFiles.map((file) => readFileSync(file, 'utf8'));

test('the tables of the performance page are those of the published results', () => {
  expect(page.match(/<!-- generated: /g)?.length).toBeGreaterThan(5);
  expect(replaceSections(page, createSections(readPublished()))).toBe(page);
});

test('the tables of BENCHMARKS.md are those of the published results', () => {
  for (const other of otherPages) {
    expect(other.match(/<!-- generated: /g)?.length).toBeGreaterThan(2);
    expect(replaceSections(other, createSections(readPublished()))).toBe(other);
  }
});

test('the plots of the performance page are those of the published results', () => {
  expect(readFileSync(plotsFile, 'utf8')).toBe(formatPlots(readPublished()));
});

test('a changed measurement changes the tables and the plots', () => {
  const results = readPublished();
  const changed = {
    ...results,
    runs: results.runs.map((run) =>
      run.peer !== 'ours' || run.measurement === undefined
        ? run
        : { ...run, measurement: { ...run.measurement, cpuMicroseconds: 123_456 } },
    ),
  };
  expect(replaceSections(page, createSections(changed))).toContain('123,456 µs');
  expect(createPlots(changed)).not.toEqual(createPlots(results));
});

test('no figure of the pages is typed by hand', () => {
  for (const each of [page, ...otherPages])
    expect(handwrittenParts(each)).not.toMatch(/\d+\.\d|\d\s*(%|µs|ms|KiB|times)/);
});
