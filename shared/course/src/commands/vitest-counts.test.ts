import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../lessons/sections.ts';
import { countVitest } from './vitest-counts.ts';

/** The report of a run. vitest writes it, as `npm test` makes it do. */
interface Run {
  readonly json: string | undefined;
  readonly code: number;
}

/** Runs vitest on a folder with these files. */
async function run(files: Record<string, string>): Promise<Run> {
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, 'node_modules/.cache/counts-'));
  const report = join(folder, 'report.json');
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  // Without a configuration of its own, the folder would use the one of the repository.
  writeFileSync(join(folder, 'vitest.config.mjs'), 'export default { test: { exclude: [] } };');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  let code = 0;
  try {
    await promisify(execFile)(
      process.execPath,
      [vitest, 'run', '--root', folder, '--reporter=json', `--outputFile=${report}`],
      { cwd: folder },
    );
  } catch (error) {
    code = (error as { code: number }).code;
  }
  const json = existsSync(report) ? readFileSync(report, 'utf8') : undefined;
  rmSync(folder, { recursive: true, force: true });
  return { json, code };
}

const head = "import { expect, test } from 'vitest';\n";
const passing = `${head}test('a', () => expect(1).toBe(1));`;

// One run shows what vitest reports. The other cases differ from it in one value.
test('a passed test counts as passed, and a file that does not load as failed', async () => {
  const { json, code } = await run({
    'a.test.mjs': passing,
    'b.test.mjs': "import './missing.mjs';",
  });
  expect(countVitest(json, code)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});
test('an unhandled error counts as failed although every test passed', async () => {
  const { json, code } = await run({
    'a.test.mjs': `${head}test('a', () => { setTimeout(() => { throw new Error('late'); }); return new Promise((r) => setTimeout(r, 100)); });`,
  });
  expect(countVitest(json, code)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  expect(countVitest(json, 0)).toEqual({ passed: 1, failed: 0, skipped: 0 });
});
test('a run without a report, and a run without tests, count as failed', () => {
  expect(countVitest(undefined, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  const empty = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };
  expect(countVitest(JSON.stringify(empty), 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
