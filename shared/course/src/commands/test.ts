import { createCommand } from '@practical-signalr/lesson-kit/command-line';
import type { Command } from 'commander';
import { errorTexts } from '../error-texts.ts';
import { root } from '../lessons/sections.ts';
import { findMissingTools } from './installed-tools.ts';
import { runAllTests } from './run-all-tests.ts';
import { runTestFiles } from './run-test-files.ts';
import { testFilter } from './test-filter.ts';

/** `npm test`: runs all checks and tests of the repository, or the tests of some paths. */
export const testCommand = (): Command =>
  createCommand(
    'npm test',
    '[-- paths...]',
    'Checks lint, format and types and runs every test, or runs the tests of some paths only.',
  )
    .argument('[paths...]', 'files or folders whose tests to run')
    .action(async (paths: readonly string[]) => {
      process.exitCode = await runTests(paths);
    });

/**
 * Without paths, checks lint, format and types and runs every test. With paths, runs the tests of
 * these files and folders only. The last line is `N passed, N failed`. Returns the exit code.
 */
async function runTests(paths: readonly string[]): Promise<number> {
  const filters: string[] = [];
  for (const path of paths) {
    // npm runs scripts in the root and sets INIT_CWD to the folder where the user called it.
    const filter = testFilter(path, process.env['INIT_CWD'] ?? process.cwd(), root);
    if (filter === undefined) {
      console.error(errorTexts.noTestsIn(path));
      return 1;
    }
    filters.push(filter);
  }
  const missingTools = findMissingTools();
  for (const tool of missingTools) console.log(errorTexts.toolMissing(tool));
  const counts = filters.length > 0 ? await runTestFiles(filters) : await runAllTests();
  if (process.env['CI'] !== undefined) counts.failed += missingTools.length;
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  return counts.failed > 0 ? 1 : 0;
}
