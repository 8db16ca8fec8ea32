import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countTasks, reportFile } from './task-summary.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'task-summary-'));
  for (const [name, passed, failed] of [
    ['a', 3, 0],
    ['b', 2, 1],
    ['', 7, 0],
  ] as const) {
    const file = join(root, name, reportFile);
    mkdirSync(dirname(file), { recursive: true });
    const report = { numPassedTests: passed, numFailedTests: failed, numPendingTests: 1 };
    writeFileSync(file, JSON.stringify({ ...report, testResults: [] }));
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const task = (taskId: string, directory: string, exitCode?: number, isCached = false) => ({
  taskId,
  task: taskId.split('#')[1]!,
  command: 'a command',
  directory,
  cache: { status: isCached ? ('HIT' as const) : ('MISS' as const) },
  ...(exitCode === undefined ? {} : { execution: { exitCode } }),
});

test('the tests of cached and of new tasks are added up', () => {
  const tasks = [task('a#test', 'a', undefined, true), task('b#test', 'b', 1)];
  expect(countTasks({ tasks }, root)).toEqual({ passed: 5, failed: 1, skipped: 2 });
});
test('the task that runs the tests of all packages counts its tests', () => {
  const tasks = [task('//#test:all', '', 0)];
  expect(countTasks({ tasks }, root)).toEqual({ passed: 7, failed: 0, skipped: 1 });
});
test('any other task is one check', () => {
  const tasks = [task('//#lint', '', 0), task('//#typecheck', '', 2)];
  expect(countTasks({ tasks }, root)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});
test('a task that did not run, and one without a report, count as failed', () => {
  const tasks = [task('a#lint', 'a'), task('c#test', 'c', 0)];
  expect(countTasks({ tasks }, root)).toEqual({ passed: 0, failed: 2, skipped: 0 });
});
test('a task that fails although all tests of its report pass counts as failed', () => {
  const tasks = [task('a#test', 'a', 1)];
  expect(countTasks({ tasks }, root)).toEqual({ passed: 3, failed: 1, skipped: 1 });
});
test('a package without the task is ignored', () => {
  const tasks = [{ ...task('a#test', 'a'), command: '<NONEXISTENT>' }];
  expect(countTasks({ tasks }, root)).toEqual({ passed: 0, failed: 0, skipped: 0 });
});
