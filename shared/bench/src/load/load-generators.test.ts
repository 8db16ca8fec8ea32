import { fileURLToPath } from 'node:url';
import { findCommand } from '@practical-signalr/lesson-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildLoadGenerator } from '../prepare/build-load-generator.ts';
import type { Measurement } from '../results/results.ts';
import { runCommandLine } from '../run/run-command.ts';
import { ServerProcess } from '../run/server-process.ts';
import { readLoadOptions } from './load-options.ts';
import { LoadRun } from './load-run.ts';

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const inTypeScript = (file: string): string[] => [
  process.execPath,
  '--conditions=@practical-signalr/source',
  '--import=tsx',
  fileOf(file),
];
const isLinux = process.platform === 'linux';
const compiler = findCommand('cc');
let server: ServerProcess;
let inC: readonly string[] = [];

// The generators read the CPU time of the server from /proc.
describe.runIf(isLinux)('the load generators', () => {
  beforeAll(async () => {
    const command = inTypeScript('../peers/servers/signalr-server.ts');
    server = await ServerProcess.start((port) => [...command, String(port)], undefined);
    if (compiler !== undefined) inC = await buildLoadGenerator(compiler);
  });
  afterAll(() => server.stop());

  async function run(command: readonly string[], words: string): Promise<Measurement> {
    const { port, pid } = server;
    const target = ['--port', String(port), '--pid', String(pid)];
    const all = [...command, ...target, ...words.split(' ')];
    return JSON.parse(await runCommandLine(all, fileOf('.'))) as Measurement;
  }

  const runInProcess = (words: string): Promise<Measurement> => {
    const target = `--port ${server.port} --pid ${server.pid}`;
    return new LoadRun(readLoadOptions(`${target} ${words}`.split(' '))).run();
  };

  test.each([
    ['--mode burst --clients 5 --count 20', 100],
    ['--mode step --clients 5 --count 20', 100],
    ['--mode stream --clients 2 --count 300', 600],
    ['--mode stream --clients 2 --count 300 --stream-method PlainStream', 600],
    ['--mode group --clients 8 --groups 4 --count 10', 20],
    ['--mode connect --clients 6 --window 2', 6],
    ['--mode connect --clients 6 --window 2 --negotiate 0', 6],
    ['--protocol messagepack --mode burst --clients 5 --count 20', 100],
    ['--transport sse --mode step --clients 5 --count 20', 100],
    ['--transport lp --mode step --clients 5 --count 20', 100],
    ['--mode reconnect --clients 20', 20],
  ])('in C: %s', { skip: compiler === undefined }, async (words, count) => {
    const measurement = await run(inC, words);
    expect(measurement.count).toBe(count);
    expect(measurement.cpuMicroseconds).toBeGreaterThan(0);
  });

  test.each(['burst --clients 4', 'stream --clients 2', 'group --clients 8 --groups 4'])(
    'in C: %s is repeated until the run is long enough',
    { skip: compiler === undefined },
    async (mode) => {
      const once = await run(inC, `--mode ${mode} --count 20`);
      const repeated = await run(inC, `--mode ${mode} --count 20 --at-least 0.1`);
      expect(repeated.seconds).toBeGreaterThanOrEqual(0.1);
      expect(repeated.count).toBeGreaterThan(once.count);
      expect(repeated.count % once.count).toBe(0);
    },
  );

  test.each([
    ['--mode burst --clients 5 --count 20', 100],
    ['--mode step --clients 5 --count 20', 100],
    ['--mode group --clients 8 --groups 4 --count 10', 20],
    ['--mode stream --clients 2 --count 300', 600],
    ['--mode connect --clients 6 --window 2', 6],
  ])('in TypeScript: %s', async (words, count) => {
    const measurement = await runInProcess(words);
    expect(measurement.count).toBe(count);
    expect(measurement.cpuMicroseconds).toBeGreaterThan(0);
  });

  test('an error of the server is reported', async () => {
    const failing = '--mode stream --clients 1 --stream-method NoSuchMethod';
    for (const command of [inTypeScript('load-command.ts'), ...(compiler ? [inC] : [])])
      await expect(run(command, failing)).rejects.toThrow(/NoSuchMethod/);
  });
});
