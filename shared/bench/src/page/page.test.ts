import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createPlots, createSections } from './page-sections.ts';
import { formatPlots, pageFiles, plotsFile, readPublished } from './publish.ts';
import { handwrittenParts, updatePage } from './update-page.ts';

const [page = '', ...otherPages] = pageFiles.map((file) => readFileSync(file, 'utf8'));

test('the tables of the performance page are those of the published results', () => {
  expect(page.match(/<!-- results: /g)?.length).toBeGreaterThan(5);
  expect(updatePage(page, createSections(readPublished()))).toBe(page);
});

test('the tables of BENCHMARKS.md are those of the published results', () => {
  for (const other of otherPages) {
    expect(other.match(/<!-- results: /g)?.length).toBeGreaterThan(2);
    expect(updatePage(other, createSections(readPublished()))).toBe(other);
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
  expect(updatePage(page, createSections(changed))).toContain('123,456 µs');
  expect(createPlots(changed)).not.toEqual(createPlots(results));
});

test('no figure of the pages is typed by hand', () => {
  for (const each of [page, ...otherPages])
    expect(handwrittenParts(each)).not.toMatch(/\d+\.\d|\d\s*(%|µs|ms|KiB|times)/);
});

test('a section that does not exist is reported', () => {
  const unknown = '<!-- results: nothing -->\n<!-- end of results -->';
  expect(() => updatePage(unknown, {})).toThrow("no section 'nothing'");
});
