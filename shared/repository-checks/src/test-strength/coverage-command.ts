import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@practical-signalr/course';
import { createCommand, runCommand } from '@practical-signalr/lesson-kit/command-line';
import { Option } from 'commander';
import { branchShare, type Count, countCoverage, recordCoverage } from './coverage-results.ts';
import { installTools, toolsFolder } from './install-tools.ts';
import { type Coverage, mergeCoverage } from './merge-coverage.ts';
import { percent, writePage } from './test-strength-page.ts';

/** The published packages. */
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
  'Prints which part of the lines and branches of the published packages their tests run together. Takes minutes.',
)
  .addOption(
    new Option(
      '--package <name>',
      `run the tests of one package only: ${packages.join(', ')}`,
    ).choices(packages),
  )
  .option('--lines', 'also print the branches that no test runs')
  .option('--record', 'write the results to shared/docs/reference/test-strength.md')
  .action(run);
await runCommand(command, process.argv.slice(2));

function run({ package: only, lines, record }: CoverageCommandOptions): void {
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules/vitest/package.json'), 'utf8'),
  ) as { version: string };
  installTools({ '@vitest/coverage-v8': version });
  const removeLink = linkProvider();
  const measured = packages.filter((one) => only === undefined || one === only);
  const coverage = mergeCoverage(measured.map((name) => runTests(name)));
  removeLink();
  const counts = measured.map(
    (name) => [name, countCoverage(coverage, name, (path) => readFileSync(path, 'utf8'))] as const,
  );
  for (const [name, { result, gaps }] of counts) {
    const share = ({ run: runCount, total }: Count): string => percent(runCount / total);
    console.log(
      `${name}: ${share(result.lines)} of the lines, ${share(result.branches)} of the branches, ${percent(branchShare(result))} of those that are not explained`,
    );
    if (lines !== true) continue;
    for (const { file, line, code } of gaps) console.log(`  ${file}:${line} ${code}`);
  }
  if (record !== true) return;
  if (only !== undefined) throw new Error('--record needs the tests of all packages.');
  const recorded = counts.map(([name, { result, gaps }]) => {
    const lines = gaps.map(({ file, code }) => ({ file, code }));
    return [name, { ...result, gaps: lines }] as const;
  });
  recordCoverage(Object.fromEntries(recorded));
  writePage();
}

/** Runs the tests of one package, and returns what they ran of all packages. */
function runTests(name: string): Coverage {
  const folder = join(toolsFolder, 'coverage', name);
  const configuration = 'shared/repository-checks/src/test-strength/coverage-vitest.config.mjs';
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config',
      configuration,
      `shared/${name}/`,
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, COVERAGE_PACKAGES: packages.join(','), COVERAGE_FOLDER: folder },
    },
  );
  if (status !== 0) process.exitCode = 1;
  return JSON.parse(readFileSync(join(folder, 'coverage-final.json'), 'utf8')) as Coverage;
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
