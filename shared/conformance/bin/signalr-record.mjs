#!/usr/bin/env node
// `npx signalr-record` in this repository runs the recorder, as `npm run record` does. The package
// is private and npm links this file, so that no package of this name is downloaded.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../src/record-command.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');
const options = ['--conditions=@practical-signalr/source', `--import=${tsx}`];
const child = spawn(process.execPath, [...options, command, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // A terminal sends Ctrl-C to the child too. The child must not get it twice.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
