import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { nodeArguments, PRODUCTION } from '../run/run-lesson.ts';

const cache = fileURLToPath(new URL('../../../../node_modules/.cache', import.meta.url));

// Windows has no process groups that a signal reaches.
test.skipIf(process.platform === 'win32')(
  'Ctrl-C while instances start is not reported as a failure',
  async () => {
    mkdirSync(cache, { recursive: true });
    const parent = mkdtempSync(join(cache, 'course-'));
    onTestFinished(() => rmSync(parent, { recursive: true }));
    const folder = join(parent, '07-fixture');
    mkdirSync(join(folder, 'server'), { recursive: true });
    const files = {
      'index.html': 'The page.',
      'package.json': '{ "type": "module" }',
      'server/main.ts': "console.log('starts'); setInterval(() => undefined, 1000);",
      'server/start.ts': `import { startInstances } from '@practical-signalr/lesson-kit/instances';
import { setTimeout } from 'node:timers/promises';
let isClosing = false;
// Like Redis, the lab takes a moment to close the first time.
const closeLab = async () => {
  if (isClosing) return;
  isClosing = true;
  await setTimeout(20);
};
const options = { rule: 'sticky', paths: [], environment: {}, mapLab: () => closeLab };
await startInstances(import.meta.url, options);`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const child = spawn(process.execPath, [...nodeArguments, 'server/start.ts', PRODUCTION], {
      cwd: folder,
      env: { ...process.env, PORT: '0', LESSON_DIST: folder, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    const started = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        output += String(chunk);
        if (output.split('starts').length === 3) resolve();
      });
    });
    const exited = once(child, 'close');
    await started;
    process.kill(-child.pid!, 'SIGINT'); // as a terminal does
    expect([...(await exited), errors]).toEqual([0, null, '']);
  },
);
