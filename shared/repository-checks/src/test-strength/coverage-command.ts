import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@practical-signalr/course';
import { createCommand, runCommand } from '@practical-signalr/lesson-kit/command-line';
import { Option } from 'commander';
import { recordCoverage } from './coverage-results.ts';
import { installTools, toolsFolder } from './install-tools.ts';
import { writePage } from './test-strength-page.ts';

/** The published packages, whose coverage is measured with their own tests. */
const packages = ['protocol', 'server', 'redis', 'azure', 'azure-emulator'];

interface CoverageCommandOptions {
  readonly package?: string;
  readonly lines?: boolean;
  readonly record?: boolean;
}

/** `npm run coverage -- --package redis`: measures which lines and branches the tests run. */
const command = createCommand(
  'npm run coverage',
  '[-- options]',
  'Prints which part of the lines and branches of each published package its own tests run. Takes minutes.',
)
  .addOption(new Option('--package <name>', 'measures one package only').choices(packages))
  .option('--lines', 'also print the lines and branches that no test runs')
  .option('--record', 'write the results to shared/docs/reference/test-strength.md')
  .action(run);
await runCommand(command, process.argv.slice(2));

function run({ package: only, lines, record }: CoverageCommandOptions): void {
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules/vitest/package.json'), 'utf8'),
  ) as { version: string };
  installTools({ '@vitest/coverage-v8': version });
  const removeLink = linkProvider();
  for (const name of packages.filter((one) => only === undefined || one === only)) {
    console.log(`\n${name}`);
    const folder = `shared/${name}`;
    const configuration = 'shared/repository-checks/src/test-strength/coverage-vitest.config.mjs';
    const { status } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', configuration, folder],
      {
        cwd: root,
        stdio: 'inherit',
        env: {
          ...process.env,
          COVERAGE_FOLDER: folder,
          COVERAGE_REPORTER: lines === true ? 'text' : 'text-summary',
        },
      },
    );
    if (status !== 0) process.exitCode = 1;
    const summary = join(toolsFolder, 'coverage', folder, 'coverage-summary.json');
    if (record === true) recordCoverage(name, summary);
  }
  removeLink();
  if (record === true) writePage();
}

/**
 * Links the coverage provider into the folder in which vitest looks for it. Returns a function that
 * removes the link.
 */
function linkProvider(): () => void {
  const link = join(root, 'node_modules/@vitest/coverage-v8');
  rmSync(link, { recursive: true, force: true });
  symlinkSync(join(toolsFolder, 'node_modules/@vitest/coverage-v8'), link, 'junction');
  return () => rmSync(link, { recursive: true, force: true });
}
