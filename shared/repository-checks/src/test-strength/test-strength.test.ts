import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { areas } from './areas.ts';
import { scoreOf, summarize } from './mutation-results.ts';
import { reasonOf } from './survivor-reasons.ts';
import { pageFile, readResults, renderPage } from './test-strength-page.ts';

test('the recorded results of each area are explained', () => {
  const results = readResults();
  expect(Object.keys(areas)).toEqual(expect.arrayContaining(Object.keys(results)));
  for (const { survivors } of Object.values(results))
    expect(survivors.filter((survivor) => reasonOf(survivor) === undefined)).toEqual([]);
});

test('the tests notice 85 % of the changes of each recorded area', () => {
  for (const [area, result] of Object.entries(readResults()))
    expect([area, scoreOf(result) >= 0.85]).toEqual([area, true]);
});

test('the page with the results is current', () => {
  expect(readFileSync(pageFile, 'utf8')).toBe(renderPage());
});

test('a report is counted by the status of its changes', () => {
  const location = { start: { line: 1, column: 5 }, end: { line: 2, column: 2 } };
  const change = (status: string) => ({ mutatorName: 'X', replacement: '1', status, location });
  const mutants = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored'].map(change);
  const result = summarize({ files: { 'a.ts': { source: 'let a\n= 2;', mutants } } });
  const survivor = { file: 'a.ts', mutator: 'X', code: 'a =', replacement: '1' };
  expect(result).toEqual({ killed: 2, survived: 2, ignored: 1, survivors: [survivor, survivor] });
  expect(scoreOf(result)).toBe(0.5);
});
