import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { root } from '@practical-signalr/course';
import { expect, test } from 'vitest';
import { areas } from './areas.ts';
import { NOT_EXAMINED, reasonOfGap } from './branch-reasons.ts';
import { branchShare, countCoverage, otherProcesses, readCoverage } from './coverage-results.ts';
import { mergeCoverage } from './merge-coverage.ts';
import { scoreOf, summarize } from './mutation-results.ts';
import { reasonOf } from './survivor-reasons.ts';
import { pageFile, readResults, renderPage } from './test-strength-page.ts';

test('threads, in which Stryker runs the tests, accept the options of Node', async () => {
  const file = new URL('mutation-vitest.config.mjs', import.meta.url).href;
  const { default: config } = (await import(file)) as {
    default: { test: { execArgv: string[] } };
  };
  const thread = new Worker('', { eval: true, execArgv: config.test.execArgv });
  expect(await once(thread, 'exit')).toEqual([0]);
});

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

test('the tests run 95 % of the lines and branches of each package', () => {
  const shares = Object.entries(readCoverage()).flatMap(([name, { lines, branches }]) =>
    [lines, branches].map(({ run, total }) => [name, run / total > 0.95]),
  );
  expect(shares.filter(([, isEnough]) => isEnough !== true)).toEqual([]);
  expect(shares).toHaveLength(10);
});

test('a branch has the reason of its line, or is listed as not examined', () => {
  const file = 'redis/src/local/watch-redis.ts';
  expect(reasonOfGap({ file, code: 'size > MAX_COUNTED_CHANNELS' })).toContain('limit');
  expect(reasonOfGap({ file, code: 'size > 1' })).toBe(NOT_EXAMINED);
});

test('the recorded branches that no test runs are explained', () => {
  const gaps = Object.values(readCoverage()).flatMap((result) => result.gaps);
  expect(gaps.filter((gap) => reasonOfGap(gap) === NOT_EXAMINED)).toEqual([]);
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

test('coverage adds the runs, and explains defaults and code in other processes', () => {
  const at = (line: number, column: number, end: number) => ({
    start: { line, column },
    end: { line, column: end },
  });
  const source = "a ?? '';\nif (a) b();";
  const run = (statement: number, branches: Record<string, number[]>) => ({
    statementMap: { 0: at(1, 0, 8), 1: at(2, 7, 10) },
    s: { 0: 1, 1: statement },
    branchMap: {
      0: { type: 'binary-expr', locations: [at(1, 0, 1), at(1, 5, 7)] },
      // The `else` does not exist.
      1: { type: 'if', locations: [{ start: {} }, at(2, 0, 11)], loc: at(2, 0, 11) },
    },
    b: branches,
  });
  const file = '/x/shared/redis/src/a.ts';
  const [inProcess = ''] = Object.keys(otherProcesses);
  const coverage = mergeCoverage([
    { [file]: run(0, { 0: [1, 0], 1: [0, 1] }) },
    { [file]: run(1, { 0: [1, 0], 1: [0, 1] }), [`/x/shared/${inProcess}`]: run(0, { 1: [0, 1] }) },
  ]);
  expect(countCoverage(coverage, 'redis', () => source)).toEqual({
    result: {
      lines: { run: 2, total: 2 },
      branches: { run: 2, total: 4 },
      defaults: 1,
      otherProcesses: 0,
    },
    gaps: [{ file: 'redis/src/a.ts', line: 2, code: 'if (a) b();' }],
  });
  const { result } = countCoverage(coverage, 'server', () => source);
  expect(result.otherProcesses).toBe(1);
  expect(branchShare(result)).toBe(1);
});

test('files that run in other processes exist, and so do their tests', () => {
  const names = Object.entries(otherProcesses).flat();
  expect(names.filter((name) => !existsSync(join(root, 'shared', name)))).toEqual([]);
});
