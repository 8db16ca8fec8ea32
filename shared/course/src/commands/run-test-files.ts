import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../lessons/sections.ts';
import { packageCommand } from './package-command.ts';
import { type Counts, countVitest } from './vitest-counts.ts';

/** Runs the test files that match the filters, in one process and without the cache of turbo. */
export async function runTestFiles(filters: readonly string[]): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'practical-signalr-'));
  const report = join(folder, 'report.json');
  const command = [
    packageCommand('vitest', 'vitest'),
    'run',
    ...filters,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  const json = existsSync(report) ? readFileSync(report, 'utf8') : undefined;
  rmSync(folder, { recursive: true, force: true });
  return countVitest(json, code ?? 1);
}
