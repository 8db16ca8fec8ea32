import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildDotnetProjects, hasDotnet } from '@practical-signalr/lesson-kit/instances';
import { root } from '../lessons/sections.ts';
import { findMissingTools } from './installed-tools.ts';
import { runTurbo } from './run-turbo.ts';
import { countTasks, reportFile, type RunSummary } from './task-summary.ts';
import type { Counts } from './vitest-counts.ts';

const summaries = join(root, '.turbo/runs');

/**
 * Runs the tasks lint, format:check, typecheck and test of all packages with turbo. Tasks whose
 * inputs have not changed are not run again. In CI, all run, and one vitest runs the tests of all
 * packages, because each vitest costs some CPU seconds. Returns the results of all tasks, cached
 * ones included.
 */
export async function runAllTests(): Promise<Counts> {
  removeReports();
  if (process.env['CI'] !== undefined && hasDotnet()) {
    // A project that does not build fails the tests that use it.
    await buildDotnetProjects(dotnetProjects()).catch(() => undefined);
  }
  const tools = [
    `node ${process.versions.node.split('.')[0]}`,
    ...findMissingTools().map((tool) => `without ${tool}`),
  ];
  const code = await runTurbo(
    [
      'lint',
      'format:check',
      'typecheck',
      process.env['CI'] === undefined ? 'test' : 'test:all',
      '--continue=always',
      '--summarize',
      '--output-logs=new-only',
      '--log-order=grouped',
    ],
    {
      // Turbo includes TEST_TOOLS in the hash: tests that were skipped run when their tool is
      // installed.
      TEST_TOOLS: tools.join(', '),
      // With several threads, the linter checks the same types in each of them. In CI, the tests
      // use the other cores.
      ...(process.env['CI'] === undefined ? {} : { GOMAXPROCS: '1' }),
    },
  );
  const summary = takeSummary();
  if (summary === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const counts = countTasks(summary, root);
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** Returns the .csproj files of the lessons, the emulator and the conformance tests. */
function dotnetProjects(): string[] {
  const folders = [
    ...readdirSync(join(root, 'lessons')).map((lesson) => `lessons/${lesson}/lab/dotnet`),
    'shared/azure-emulator/dotnet',
    'shared/conformance/dotnet',
    'shared/conformance/dotnet/client',
  ];
  return folders
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => file.endsWith('.csproj'))
        .map((file) => join(folder, file)),
    );
}

/**
 * Removes the reports of an earlier run, so that a package that fails to start does not count them.
 */
function removeReports(): void {
  const folders = ['shared', 'shared/examples', 'lessons'].flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(root, parent, name)),
  );
  for (const folder of [...folders, join(root, 'slides'), root]) {
    rmSync(join(folder, reportFile), { force: true });
  }
  rmSync(summaries, { recursive: true, force: true });
}

/** Reads and removes the summary that turbo wrote. Returns undefined if turbo did not start. */
function takeSummary(): RunSummary | undefined {
  const [file] = existsSync(summaries) ? readdirSync(summaries) : [];
  if (file === undefined) return undefined;
  const summary = JSON.parse(readFileSync(join(summaries, file), 'utf8')) as RunSummary;
  rmSync(summaries, { recursive: true, force: true });
  return summary;
}
