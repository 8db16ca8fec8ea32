import { readFileSync } from 'node:fs';
import { readSection } from '@practical-signalr/lesson-kit/generated-sections';
import { expect, test } from 'vitest';
import { areas, type Result } from './result.ts';
import { renderResults } from './results-table.ts';
import { mergeResults, readResults, readResultsPage } from './write-result.ts';

const result: Result = {
  area: 'load',
  check: 'many connections',
  tried: '10 connections',
  outcome: 'flat',
  violations: 0,
  command: 'npm run load',
};

test('the page of measured results contains exactly the results of the results file', () => {
  expect(readSection(readResultsPage(), 'results')).toBe(renderResults(readResults()));
});

test('each result names an area, a number of violations and a command that exists', () => {
  const packageFile = new URL('../../../../package.json', import.meta.url);
  const { scripts } = JSON.parse(readFileSync(packageFile, 'utf8')) as { scripts: object };
  for (const { area, check, tried, outcome, violations, command } of readResults()) {
    expect(Object.keys(areas)).toContain(area);
    expect([check, tried, outcome].filter((text) => !/^[^|\n]+$/.test(text))).toEqual([]);
    expect(violations).toBeGreaterThanOrEqual(0);
    const [, script = ''] = /^npm (?:run )?(\S+)/.exec(command) ?? [];
    expect(Object.keys(scripts)).toContain(script);
  }
});

test('a result replaces the one of the same check, and others stay', () => {
  const other: Result = { ...result, area: 'faults' };
  const newer: Result = { ...result, tried: '20 connections' };
  expect(mergeResults([result, other], [newer])).toEqual([newer, other]);
  expect(mergeResults([other], [newer])).toEqual([other, newer]);
});

test('the table has one section for each area that has results', () => {
  const text = renderResults([result]);
  expect(text).toContain('## Load held\n');
  expect(text).toContain('| many connections | 10 connections | flat | 0 | `npm run load` |');
  expect(text).not.toContain('Faults');
});
