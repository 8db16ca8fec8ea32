import { execFile } from 'node:child_process';
import { nodeArguments } from '@practical-signalr/lesson-kit';
import { expect, test } from 'vitest';
import { errorTexts } from './error-texts.ts';
import { root } from './lessons/sections.ts';

test.each([
  { args: ['start', '--no-opn'], says: errorTexts.startKnows('--no-opn') },
  { args: ['start', '--help'], says: errorTexts.startKnows('--help') },
  { args: ['diff', '3', '4', '--stats'], says: errorTexts.diffNeedsTwo },
])(
  '$args: an option that is not known is one sentence, and nothing starts',
  async ({ args, says }) => {
    const [stdout, stderr, code] = await new Promise<[string, string, number | null]>((resolve) => {
      const command = [...nodeArguments, 'shared/course/src/cli.ts', ...args];
      const child = execFile(
        process.execPath,
        command,
        { cwd: root, env: { ...process.env, PORT: '0' } },
        (_e, out, err) => resolve([out, err, child.exitCode]),
      );
    });
    expect([stdout, stderr, code]).toEqual(['', `${says}\n`, 1]);
  },
);
