#!/usr/bin/env node
// Starts a command of this repository with the options that Node needs to run TypeScript from the
// workspace's sources: `node shared/course/run.mjs start`. The scripts of the root package.json use
// it.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The files of the commands that belong to other packages. The course's own are in src/cli.ts. */
const files = createRequire(import.meta.url)('./command-files.json');

const [name = '', ...args] = process.argv.slice(2);
/**
 * `npm run dev` is restarted when a source file that it has loaded changes. With arguments, it only
 * prints its help or an error, and ends.
 */
const isWatching = name === 'dev' && args.length === 0;
const command = Object.hasOwn(files, name) ? [files[name]] : ['shared/course/src/cli.ts', name];
const [file, ...words] = command;
const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
const conditions = '--conditions=@practical-signalr/source';
const nodeOptions = isWatching
  ? [fileURLToPath(import.meta.resolve('tsx/cli')), 'watch', '--clear-screen=false', conditions]
  : [conditions, `--import=${new URL('../lesson-kit/typescript/register.js', import.meta.url)}`];

const child = spawn(process.execPath, [...nodeOptions, path, ...words, ...args], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // A terminal sends Ctrl-C to the child too. The child must not get it twice.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.once('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
