import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from '@practical-signalr/lesson-kit';
import { describe, expect, test } from 'vitest';

/** A device on which every write fails, as on a full disk. */
const FULL = '/dev/full';
const root = fileURLToPath(new URL('../../../../', import.meta.url));

interface Program {
  /** The arguments of Node. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The path of a page that the program serves. */
  readonly page: string;
}

const typeScript = ['--conditions=@practical-signalr/source', '--import=tsx'];
const programs: readonly [name: string, create: (port: number) => Program][] = [
  [
    'the emulator',
    (port) => ({
      args: [...typeScript, 'shared/azure-emulator/src/cli.ts', '--port', `${port}`],
      env: {},
      page: '/api/health',
    }),
  ],
  [
    'a lesson',
    (port) => ({
      args: [...typeScript, 'lessons/03-basics/server/main.ts'],
      env: { PORT: `${port}` },
      page: '/',
    }),
  ],
];

/** Waits until the page is served, and keeps asking while the process runs. */
async function expectService(url: string, hasEnded: () => boolean): Promise<void> {
  for (;;) {
    expect(hasEnded(), 'the process has stopped').toBe(false);
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// Only Linux has this device.
describe.skipIf(!existsSync(FULL))('a full disk for the log', () => {
  test.each(programs)('does not stop %s', async (_name, create) => {
    const port = await freePort();
    const { args, env, page } = create(port);
    const log = openSync(FULL, 'w');
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const exited = new Promise((resolve) => child.once('exit', resolve));
    let hasEnded = false;
    child.once('exit', () => {
      hasEnded = true;
    });
    try {
      for (let i = 0; i < 5; i++)
        await expectService(`http://127.0.0.1:${port}${page}`, () => hasEnded);
      expect(hasEnded).toBe(false);
    } finally {
      child.kill();
      await exited;
    }
  });
});
