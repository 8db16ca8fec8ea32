import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Counts, countVitest } from './vitest-counts.ts';

/** The part of a turbo run summary (`turbo run --summarize`) that is needed to count tests. */
export interface RunSummary {
  readonly tasks: readonly TaskSummary[];
}
interface TaskSummary {
  readonly taskId: string;
  readonly task: string;
  readonly command: string;
  /** The folder of the package, relative to the root. Empty for a task of the root. */
  readonly directory: string;
  readonly cache: { readonly status: 'HIT' | 'MISS' };
  readonly execution?: { readonly exitCode: number | null };
}

/**
 * Where the test task of a package writes its vitest report. Turbo restores it for a cached task.
 */
export const reportFile = '.turbo/test-report.json';

/**
 * Adds up the results of a turbo run, cached tasks included. A test task counts its tests, any
 * other task counts as one check. A task that did not run counts as failed.
 */
export function countTasks(summary: RunSummary, root: string): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const task of summary.tasks) {
    if (task.command === '<NONEXISTENT>') continue;
    const isTest = task.task === 'test' || task.task === 'test:all';
    const added = isTest ? countTests(task, root) : countCheck(task);
    counts.passed += added.passed;
    counts.failed += added.failed;
    counts.skipped += added.skipped;
  }
  return counts;
}

function countTests(task: TaskSummary, root: string): Counts {
  const report = join(root, task.directory, reportFile);
  return countVitest(existsSync(report) ? readFileSync(report, 'utf8') : undefined, exitCode(task));
}

function countCheck(task: TaskSummary): Counts {
  const isPassed = exitCode(task) === 0;
  return { passed: isPassed ? 1 : 0, failed: isPassed ? 0 : 1, skipped: 0 };
}

/**
 * Returns the exit code of a task: 0 for a cached task, because turbo caches only tasks that
 * succeed.
 */
function exitCode({ cache, execution }: TaskSummary): number {
  if (cache.status === 'HIT') return 0;
  return execution?.exitCode ?? 1;
}
