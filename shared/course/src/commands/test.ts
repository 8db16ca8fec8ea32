import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorTexts } from '../error-texts.ts';
import { hasChromium, hasCommand } from './installed-tools.ts';
import { packageCommand } from './package-command.ts';
import { root } from '../lessons/sections.ts';
import { countVitest, type Counts } from './vitest-counts.ts';

/** `npm test`: lint, format, types, then every test. The last line is `N passed, N failed`. */
export async function courseTest(): Promise<number> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const steps: [string, string[]][] = [
    ['lint', [packageCommand('oxlint', 'oxlint'), '--type-aware', '--deny-warnings']],
    ['format', [packageCommand('oxfmt', 'oxfmt'), '--check']],
    ['types', [packageCommand('typescript', 'tsc'), '-b']],
  ];
  for (const [name, command] of steps) {
    const code = await run(command);
    console.log(`${code === 0 ? '✓' : '✕'} ${name}`);
    if (code === 0) counts.passed++;
    else counts.failed++;
  }
  for (const [tool, present] of [
    ['Chromium', hasChromium()],
    ['redis-server', hasCommand('redis-server')],
    ['the .NET SDK (dotnet)', hasCommand('dotnet')],
  ] as const) {
    if (present) continue;
    console.log(errorTexts.toolMissing(tool));
    if (process.env['CI'] !== undefined) counts.failed++;
  }
  const folder = mkdtempSync(join(tmpdir(), 'practical-signalr-'));
  const report = join(folder, 'report.json');
  const code = await run([
    packageCommand('vitest', 'vitest'),
    'run',
    '--config=shared/vitest.config.ts',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const tests = countVitest(existsSync(report) ? readFileSync(report, 'utf8') : undefined, code);
  rmSync(folder, { recursive: true, force: true });
  for (const key of ['passed', 'failed', 'skipped'] as const) counts[key] += tests[key];
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  return counts.failed > 0 ? 1 : 0;
}

async function run(command: string[]): Promise<number> {
  const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
