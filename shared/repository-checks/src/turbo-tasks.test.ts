import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '@practical-signalr/course';
import { afterAll, beforeAll, expect, test } from 'vitest';

interface DryRun {
  readonly tasks: readonly { taskId: string; hash: string; command: string }[];
}

/** A copy of the repository, so that the tests do not change the checkout. */
let copy: string;
/** The hash of each task before a change. */
let before: Map<string, string>;

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'turbo-tasks-'));
  for (const file of listFiles()) cpSync(join(root, file), join(copy, file));
  execFileSync('git', ['init', '--quiet'], { cwd: copy });
  before = await hashTasks();
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** The files of the repository, tracked or new, without those that git ignores. */
function listFiles(): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const output = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 });
  return output.split('\n').filter((file) => file !== '' && existsSync(join(root, file)));
}

/** The hash that turbo computes for each task. A task with a cached hash does not run. */
async function hashTasks(): Promise<Map<string, string>> {
  const turbo = join(root, 'node_modules/turbo/bin/turbo');
  const tasks = ['build', 'lint', 'format:check', 'typecheck', 'test'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [turbo, 'run', ...tasks, '--dry=json'],
    { cwd: copy, maxBuffer: 1e8, env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' } },
  );
  const { tasks: planned } = JSON.parse(stdout) as DryRun;
  const existing = planned.filter(({ command }) => command !== '<NONEXISTENT>');
  return new Map(
    existing.map(({ taskId, hash }) => [taskId.replace('@practical-signalr/', ''), hash]),
  );
}

/** Returns the tasks that run again after a change of the file, sorted. */
async function tasksAfterChange(file: string): Promise<string[]> {
  const content = join(root, file);
  appendFileSync(join(copy, file), '\n');
  const after = await hashTasks();
  cpSync(content, join(copy, file));
  return [...after].flatMap(([task, hash]) => (before.get(task) === hash ? [] : [task])).sort();
}

/** The tasks of the root, which check all files. */
const checks = ['//#lint', '//#format:check', '//#typecheck'];
const lessons = [
  'lesson-01-course-overview',
  'lesson-02-signalr-overview',
  'lesson-03-basics',
  'lesson-04-server-hubs',
  'lesson-05-hub-context',
  'lesson-06-authorization',
  'lesson-07-scaling-redis',
  'lesson-08-scaling-azure',
];
/**
 * The slides show source of all packages. The others depend on them, and their tests read all
 * files.
 */
const readers = ['course', 'repository-checks', 'slides'];
const testsOf = (...names: string[]): string[] => names.map((name) => `${name}#test`);
const buildsOf = (...names: string[]): string[] => names.map((name) => `${name}#build`);

test('without a change, no task runs again', async () => {
  expect(await hashTasks()).toEqual(before);
});

test('the README of a lesson: the pages of all lessons show its title, the server does not', async () => {
  expect(await tasksAfterChange('lessons/03-basics/README.md')).toEqual(
    [
      ...testsOf('docs', 'lesson-kit', ...lessons, ...readers),
      ...buildsOf(...lessons, ...readers),
    ].sort(),
  );
});

test('the contract of a lesson: this lesson only', async () => {
  expect(await tasksAfterChange('lessons/05-hub-context/contract.ts')).toEqual(
    [
      ...checks,
      ...testsOf('lesson-05-hub-context', ...readers),
      ...buildsOf('lesson-05-hub-context', ...readers),
    ].sort(),
  );
});

test('a source file of redis: redis and the packages that depend on it', async () => {
  const changed = await tasksAfterChange('shared/redis/src/index.ts');
  expect(changed).toEqual(
    expect.arrayContaining([
      ...checks,
      ...testsOf('redis', 'conformance', 'lesson-07-scaling-redis', ...readers),
      ...buildsOf('redis', 'conformance', 'lesson-07-scaling-redis'),
    ]),
  );
  const independent = ['protocol', 'server', 'azure', 'lesson-kit'];
  for (const task of [...testsOf(...independent), ...buildsOf(...independent)]) {
    expect(changed).not.toContain(task);
  }
});

test('a test file of the server: the tests of the packages that depend on it do not run again', async () => {
  const changed = await tasksAfterChange('shared/server/src/connections/gate.test.ts');
  expect(changed).toContain('server#test');
  expect(changed).not.toContain('redis#test');
});
