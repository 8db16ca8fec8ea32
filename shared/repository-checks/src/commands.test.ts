import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@practical-signalr/course';
import { runCommandFile } from '@practical-signalr/lesson-kit/testing';
import { describe, expect, test } from 'vitest';

const readJson = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'));
const { scripts } = readJson('package.json') as { scripts: Record<string, string> };
const commandFiles = readJson('shared/course/command-files.json') as Record<string, string>;

interface Outcome {
  readonly output: string;
  readonly code: number | null;
}

/** Runs a script of package.json without npm, which would be between the test and the launcher. */
async function run(script: string, ...args: string[]): Promise<Outcome> {
  const [, ...words] = (scripts[script] ?? '').split(' ');
  const env = { ...process.env, PORT: '0' };
  const child = spawn(process.execPath, [...words, ...args], { cwd: root, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null];
  return { output, code };
}

/** The commands of other packages. The course tests its own in commands.test.ts. */
const commands: Record<string, readonly string[]> = {
  docs: ['--watch'],
  'docs:api': [],
  slides: [],
  'slides:pdf': [],
  twin: ['--port <number>', '--redis <host:port>', '--redis-prefix <text>'],
  conformance: ['--url', '--area', '--only', '--lanes', '--timeout'].map((name) => `${name} <`),
  record: ['--to <address>', '--file <path>', '--play <path>', '--header <name: value>'],
  'rolling-restart': ['--clients <number>', '--front <name>', '--cost'],
  fuzz: ['--parser <name>', '--seed <number>', '--seconds <number>', '--growth', '--write-docs'],
  mutation: ['--area <name>', '--file <pattern>', '--concurrency <number>', '--record'],
  coverage: ['--package <name>', '--lines', '--record'],
  'regular-expressions': [],
  model: ['--seed <number>', '--steps <number>', '--over <name>', '--write-docs'],
  faults: ['--of <name>', '--write-docs'],
  load: ['--scenario <name>', '--connections <number>', '--seconds <number>', '--write-docs'],
  'server-crash': ['--clients <number>', '--front <name>'],
  'history-cost': ['--clients <number>', '--messages <number>', '--rounds <number>'],
  differential: ['--seed', '--cases', '--minutes', '--lanes', '--expected', '--actual'].map(
    (name) => `${name} <`,
  ),
  'bench:cluster': ['--rounds <number>', '--seconds <number>', '--write-docs'],
  simulate: ['seed', 'servers', 'connections', 'groups'].map((name) => `--${name} <number>`),
  bench: ['full', 'rounds <number>', 'peers <names>', 'workloads <names>', 'publish', 'page'].map(
    (name) => `--${name}`,
  ),
  'bench:profile': ['--peers <names>', '--workloads <names>', '--write-docs'],
  'bench:guard': ['--ref <commit>', '--rounds <number>', '--workloads <names>'],
  emulator: ['port', 'host', 'key', 'mode', 'upstream', 'quota', 'units', 'latency', 'drop'].map(
    (name) => `--${name} <value>`,
  ),
};
const courseCommands = ['start', 'dev', 'lesson', 'diff', 'new-lesson', 'test', 'build', 'picture'];

test('every script that the launcher runs is covered by a test', () => {
  const launched = Object.entries(scripts)
    .filter(([, line]) => line.startsWith('node shared/course/run.mjs'))
    .map(([name]) => name);
  expect(launched.sort()).toEqual([...courseCommands, ...Object.keys(commands)].sort());
  for (const [name, line] of Object.entries(scripts))
    expect([name, line.length < 80]).toEqual([name, true]);
});

const runFile = (script: string, ...args: string[]): Promise<Outcome> =>
  runCommandFile(join(root, commandFiles[script] ?? ''), ...args);

describe.each(Object.entries(commands))('npm run %s', { timeout: 60_000 }, (script, options) => {
  test('--help prints one line per option', async () => {
    const { output, code } = await runFile(script, '--help');
    for (const option of [...options, '--help'])
      expect(output.split('\n').filter((line) => line.includes(option))).toHaveLength(1);
    expect(code).toBe(0);
  });

  test('refuses an unknown option with one sentence', async () => {
    const { output, code } = await runFile(script, '--unknown');
    expect(output).toMatch(/^Unknown option '--unknown' [^\n]*--help\)\.\n$/);
    expect(code).toBe(1);
  });

  test('refuses a stray argument with one sentence', async () => {
    const { output, code } = await runFile(script, 'stray');
    expect(output).toMatch(/^(Unexpected argument 'stray'|There is no deck 'stray')[^\n]+\.\n$/);
    expect(code).toBe(1);
  });
});

test.each([
  [['lesson', '2', '--block-upgrad'], /^Unknown option '--block-upgrad' for npm run lesson /],
  [
    ['lesson', '2', '--transports', 'tcp'],
    /The value 'tcp' of --transports is invalid\. Use one or more of ws, /,
  ],
  [['dev', '--no-open'], /^Unknown option '--no-open' for npm run dev /],
  [['build', '--production'], /^Unknown option '--production' for npm run build /],
])('npm run %j is refused', async ([script = '', ...args], message) => {
  const { output, code } = await run(script, ...args);
  expect(output).toMatch(message);
  expect([code, output.split('\n').length]).toEqual([1, 2]);
});

test('the launcher starts the command of another package', async () => {
  const { output, code } = await run('simulate', '--unknown');
  expect(output).toMatch(/^Unknown option '--unknown' for [^\n]+\n$/);
  expect(code).toBe(1);
});

test('the launcher refuses an unknown command', async () => {
  scripts['unknown'] = 'node shared/course/run.mjs unknown';
  const { output, code } = await run('unknown');
  expect([output, code]).toEqual([expect.stringMatching(/^Unknown command 'unknown' /), 1]);
});

test('a signal to the launcher stops the command, and its exit code is passed on', async () => {
  const child = spawn(process.execPath, ['shared/course/run.mjs', 'twin', '--port', '0'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
