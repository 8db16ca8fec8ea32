import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '@practical-signalr/course';
import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import { Option } from 'commander';
import { areas, type MutationArea } from './areas.ts';
import { installTools, toolsFolder } from './install-tools.ts';
import { readReport, recordResult } from './mutation-results.ts';
import { writePage } from './test-strength-page.ts';

/** The last versions that run on Node 20. */
const tools = { '@stryker-mutator/core': '9.6.1', '@stryker-mutator/vitest-runner': '9.6.1' };

interface MutationCommandOptions {
  readonly area?: string;
  readonly file?: string;
  readonly concurrency: number;
  readonly record?: boolean;
}

/** `npm run mutation -- --area protocol`: measures tests with mutations of the code. */
const command = createCommand(
  'npm run mutation',
  '[-- options]',
  'Changes the code in thousands of small ways with Stryker, and prints the changes that no test notices. Takes minutes to hours.',
)
  .addOption(
    new Option(
      '--area <name>',
      'change one area only, for example protocol; an unknown name prints all names',
    ).choices(Object.keys(areas)),
  )
  .option('--file <pattern>', 'change only these files of the area, for example **/handshake.ts')
  .option('--concurrency <number>', 'number of processes that run tests', wholeNumber(1, 64), 1)
  .option('--record', 'write the results to shared/docs/reference/test-strength.md')
  .action(run);
await runCommand(command, process.argv.slice(2));

function run({ area, file, concurrency, record }: MutationCommandOptions): void {
  installTools(tools);
  for (const [name, measured] of Object.entries(areas)) {
    if (area !== undefined && area !== name) continue;
    const sources = file === undefined ? measured.sources : [file];
    const hasSucceeded = mutate(name, { ...measured, sources }, concurrency);
    if (!hasSucceeded) process.exitCode = 1;
    else if (record === true) recordResult(name, readReport(reportFile(name)));
  }
  if (record === true) writePage();
}

function reportFile(name: string): string {
  return join(toolsFolder, 'reports', `${name}.json`);
}

/** Runs Stryker for one area, and returns whether it has written a report. */
function mutate(
  name: string,
  { sources, tests, testTimeout }: MutationArea,
  concurrency: number,
): boolean {
  // Tests do not run in a folder below node_modules, and the tests of the repository ignore this.
  const sandbox = mkdtempSync(join(tmpdir(), 'practical-signalr-mutation-'));
  const runner = '@stryker-mutator/vitest-runner/dist/src/index.js';
  const configuration = {
    packageManager: 'npm',
    plugins: [join(toolsFolder, 'node_modules', runner)],
    testRunner: 'vitest',
    coverageAnalysis: 'perTest',
    // A mutation of code that runs on import needs all tests in a new process.
    ignoreStatic: true,
    concurrency,
    // A test that hangs ends by itself. This ends what blocks the process.
    timeoutMS: testTimeout === undefined ? 3000 : 5 * testTimeout,
    mutate: [...sources, '!**/*.test.ts', '!**/errors.ts', '!**/log-messages.ts'],
    vitest: {
      configFile: 'shared/repository-checks/src/test-strength/mutation-vitest.config.mjs',
      related: false,
    },
    // Stryker would read it with TypeScript's API, which TypeScript 7 does not have.
    tsconfigFile: 'none.json',
    // Only mutations of changed files and tests run again.
    incremental: true,
    incrementalFile: join(toolsFolder, 'reports', `${name}-incremental.json`),
    tempDirName: sandbox,
    ignorePatterns: ['.test-strength', '**/dist', '**/*.tsbuildinfo', '**/recordings'].concat(
      'lessons',
      'slides',
      'shared/docs/reference/api',
      '**/bin',
      '**/obj',
    ),
    reporters: ['clear-text', 'json', 'progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: reportFile(name) },
  };
  mkdirSync(join(toolsFolder, 'reports'), { recursive: true });
  const file = join(toolsFolder, `${name}.stryker.json`);
  writeFileSync(file, JSON.stringify(configuration, null, 2));
  const stryker = join(toolsFolder, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const { status } = spawnSync(process.execPath, [stryker, 'run', file], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      MUTATION_TESTS: JSON.stringify(tests),
      MUTATION_TEST_TIMEOUT: String(testTimeout ?? 20_000),
    },
  });
  rmSync(sandbox, { recursive: true, force: true });
  return status === 0;
}
