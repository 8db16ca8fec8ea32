import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { lessonFolders, nodeArguments } from '@practical-signalr/lesson-kit';
import { freePort, pageScriptSize } from '@practical-signalr/lesson-kit/testing';
import { afterEach, expect, test } from 'vitest';
import { PAGE_SCRIPT_BUDGET, root } from '@practical-signalr/course';

const started: ChildProcess[] = [];
afterEach(() => started.splice(0).forEach((child) => child.kill('SIGKILL')));

function course(command: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(
    process.execPath,
    [...nodeArguments, 'shared/course/src/cli.ts', ...command],
    {
      cwd: root,
      env: { ...process.env, ...env },
    },
  );
  let output = '';
  const printed = once(child.stdout, 'data');
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  started.push(child);
  return { child, printed, ended };
}

test('a built lesson serves the built page and packages, and the JavaScript of each page fits its budget', async () => {
  expect((await course(['build']).ended).code).toBe(0);
  const port = await freePort();
  const lesson = course(['lesson', '3', '--production'], { PORT: String(port) });
  await lesson.printed;
  const page = await (await fetch(`http://localhost:${port}/`)).text();
  const [, script] = /<script type="module" crossorigin src="([^"]+)"/.exec(page) ?? [];
  const response = await fetch(`http://localhost:${port}${script}`);
  expect([response.status, response.headers.get('cache-control')]).toEqual([
    200,
    expect.stringContaining('immutable'),
  ]);
  const negotiated = await fetch(`http://localhost:${port}/messages/negotiate?negotiateVersion=1`, {
    method: 'POST',
  });
  expect(await negotiated.json()).toMatchObject({ availableTransports: expect.anything() });
  lesson.child.kill('SIGINT');
  expect((await lesson.ended).code).toBe(0);
  for (const { name, folder } of lessonFolders()) {
    const size = pageScriptSize(join(folder, 'dist'));
    expect(size, `the JavaScript of ${name}`).toBeLessThan(PAGE_SCRIPT_BUDGET);
    expect(size).toBeGreaterThan(0);
  }
});

test('a lesson in production that is not built reports it', async () => {
  const env = { PORT: String(await freePort()), LESSON_DIST: '/nowhere' };
  const notBuilt =
    'The page of 03-basics is not built. Run npm run build, then start the lesson again.\n';
  expect(await course(['lesson', '3', '--production'], env).ended).toEqual({
    code: 1,
    output: notBuilt,
  });
});
