#!/usr/bin/env node
// Starts a command of this repository with the options that Node needs to run TypeScript from the
// workspace's sources: `node shared/course/run.mjs start`. The scripts of the root package.json use
// it.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The files of the commands that belong to other packages. The course's own are in src/cli.ts. */
const files = {
  docs: 'shared/docs/src/docs-command.ts',
  'docs:api': 'shared/docs/src/docs-api-command.ts',
  slides: 'slides/src/slides-command.ts',
  'slides:pdf': 'slides/src/slides-pdf-command.ts',
  twin: 'shared/conformance/src/twin-command.ts',
  conformance: 'shared/conformance/src/conformance-command.ts',
  differential: 'shared/conformance/src/differential-command.ts',
  record: 'shared/conformance/src/record-command.ts',
  'rolling-restart': 'shared/conformance/src/rolling-restart-command.ts',
  fuzz: 'shared/attack/src/fuzz-command.ts',
  mutation: 'shared/repository-checks/src/test-strength/mutation-command.ts',
  'regular-expressions':
    'shared/repository-checks/src/test-strength/regular-expressions-command.ts',
  coverage: 'shared/repository-checks/src/test-strength/coverage-command.ts',
  model: 'shared/stress/src/model-command.ts',
  load: 'shared/stress/src/load-command.ts',
  faults: 'shared/stress/src/faults-command.ts',
  'server-crash': 'shared/conformance/src/server-crash-command.ts',
  'history-cost': 'shared/conformance/src/history-cost-command.ts',
  emulator: 'shared/azure-emulator/src/cli.ts',
  bench: 'shared/bench/src/bench-command.ts',
  'bench:cluster': 'shared/bench/src/cluster-command.ts',
  simulate: 'shared/simulator/src/simulate-command.ts',
  'bench:guard': 'shared/bench/src/guard-command.ts',
};

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
const tsx = fileURLToPath(import.meta.resolve('tsx/cli'));
const nodeOptions = isWatching
  ? [tsx, 'watch', '--clear-screen=false', conditions]
  : [
      conditions,
      `--import=${new URL('../lesson-kit/typescript/register.js', import.meta.url).href}`,
    ];

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
