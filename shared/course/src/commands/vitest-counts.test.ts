import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../lessons/sections.ts';
import { countVitest } from './vitest-counts.ts';

/** Runs vitest on a folder with one file, as `npm test` does, and counts. */
async function run(name: string, content: string): Promise<ReturnType<typeof countVitest>> {
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, 'node_modules/.cache/counts-'));
  const report = join(folder, 'report.json');
  writeFileSync(join(folder, name), content);
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
  const counts = countVitest(existsSync(report) ? readFileSync(report, 'utf8') : undefined, code);
  rmSync(folder, { recursive: true, force: true });
  return counts;
}

const head = "import { expect, test } from 'vitest';\n";

test('what passes counts as passed', async () => {
  expect(await run('a.test.mjs', `${head}test('a', () => expect(1).toBe(1));`)).toEqual({
    passed: 1,
    failed: 0,
    skipped: 0,
  });
});
test('a file that does not load counts as failed', async () => {
  expect(await run('a.test.mjs', "import './missing.mjs';")).toEqual({
    passed: 0,
    failed: 1,
    skipped: 0,
  });
});
test('an unhandled error counts as failed though every test passed', async () => {
  const counts = await run(
    'a.test.mjs',
    `${head}test('a', () => { setTimeout(() => { throw new Error('late'); }); return new Promise((r) => setTimeout(r, 100)); });`,
  );
  expect(counts).toEqual({ passed: 1, failed: 1, skipped: 0 });
});
test('an empty run counts as failed', async () => {
  expect((await run('no-test.mjs', '')).failed).toBe(1);
});
