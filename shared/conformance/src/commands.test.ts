import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nodeArguments } from '@practical-signalr/lesson-kit';
import { expect, test } from 'vitest';
import { errorTexts } from './error-texts.ts';

/** Returns what a command prints and its exit code. */
const outcome = (command: string, ...args: string[]): Promise<[string, number]> =>
  new Promise((resolve) => {
    const file = fileURLToPath(new URL(command, import.meta.url));
    const all = [...nodeArguments, file, ...args];
    const child = execFile(process.execPath, all, (_error, stdout, stderr) =>
      resolve([stdout + stderr, child.exitCode ?? -1]),
    );
  });

test('an address that is not valid, and a server that does not respond, are reported', async () => {
  const [badAddress, noServer] = await Promise.all([
    outcome('conformance-command.ts', '--url', 'foo'),
    outcome('conformance-command.ts', '--url', 'http://127.0.0.1:1'),
  ]);
  expect(badAddress).toEqual([`${errorTexts.notAnAddress('foo')}\n`, 1]);
  expect(noServer).toEqual([`${errorTexts.nobodyAnswers('http://127.0.0.1:1')}\n`, 1]);
});
