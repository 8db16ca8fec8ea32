import { spawnSync } from 'node:child_process';
import { createCommand, runCommand } from '@practical-signalr/lesson-kit/command-line';
import { join } from 'node:path';
import { docsFolder } from './build-site.ts';

/**
 * TypeDoc needs an older TypeScript than the repository, so it is downloaded only when it is used.
 */
const packages = ['typedoc@0.28.20', 'typedoc-plugin-markdown@4.14.1', 'typescript@6.0.3'];

/** `npm run docs:api`: writes the API reference. */
const command = createCommand(
  'npm run docs:api',
  '',
  'Writes the API reference to shared/docs/reference/api with TypeDoc, which it downloads.',
);
await runCommand(command.action(writeApiReference), process.argv.slice(2));

function writeApiReference(): void {
  const { status } = spawnSync(
    'npx',
    [
      '--yes',
      ...packages.flatMap((name) => ['-p', name]),
      'typedoc',
      '--options',
      'shared/docs/typedoc.json',
    ],
    {
      cwd: join(docsFolder, '../..'),
      stdio: 'inherit',
      shell: process.platform === 'win32', // npx is a batch file there
    },
  );
  process.exitCode = status ?? 1;
}
