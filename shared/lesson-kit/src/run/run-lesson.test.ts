import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { RESTART, runLesson } from './run-lesson.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lesson-'));
  mkdirSync(join(folder, 'server'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  onTestFinished(() => rmSync(folder, { recursive: true }));
});
const writeServer = (code: string): void => writeFileSync(join(folder, 'server/main.ts'), code);

test('after an edit with an error, the lesson starts again at the next edit', async () => {
  const edit = 'const isRunning: boolean = ;';
  writeServer(`import { writeFileSync } from 'node:fs';
writeFileSync(import.meta.filename, ${JSON.stringify(edit)});
process.exit(${RESTART});`);
  const reported = new Promise<string>((resolve) => {
    vi.spyOn(console, 'error').mockImplementation(resolve);
  });
  const running = runLesson(folder);
  expect(await reported).toMatch(/^The lesson does not run\. /);
  writeServer('process.exit(3);');
  expect(await running).toBe(3);
});

test('an error at the first start ends the command', async () => {
  writeServer('process.exit(1);');
  expect(await runLesson(folder)).toBe(1);
});

test.skipIf(process.platform === 'win32')('a lesson that is killed is not a success', async () => {
  writeServer("process.kill(process.pid, 'SIGKILL');");
  expect(await runLesson(folder)).toBe(137);
});
