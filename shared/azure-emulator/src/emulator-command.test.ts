import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { nodeArguments } from '@practical-signalr/lesson-kit';
import { afterEach, expect, test } from 'vitest';
import { emulatorCommand, commandOptions } from './emulator-command.ts';
import { DEFAULT_ACCESS_KEY, type Emulator } from './index.ts';

let emulator: Emulator | undefined;
const lines: string[] = [];
afterEach(async () => {
  await emulator?.close();
  emulator = undefined;
  lines.length = 0;
});
const run = async (...args: string[]): Promise<Emulator> => {
  emulator = await emulatorCommand(args, (line) => lines.push(line));
  return emulator as Emulator;
};

test('the command prints the URL and the connection string, with the key of the official emulator', async () => {
  const { port, url } = await run('--port', '0');
  expect(lines).toEqual([
    `The emulator of Azure SignalR Service runs at ${url}. Connection string:\n` +
      `Endpoint=http://127.0.0.1;Port=${port};AccessKey=${DEFAULT_ACCESS_KEY};Version=1.0;`,
  ]);
  expect((await fetch(`${url}/api/health`)).status).toBe(200);
});

test('the default port is 8888, and a port in use is reported', async () => {
  const taken = createServer();
  const listening = new Promise((resolve) =>
    taken.once('listening', resolve).once('error', resolve),
  ); // An error means that another process uses the port already.
  taken.listen(8888, '127.0.0.1');
  await listening;
  await expect(run()).rejects.toThrow('Port 8888 is in use, perhaps by another emulator.');
  taken.close();
});

test('every option has an effect', async () => {
  const { latency, connectionString, url } = await run(
    ...'--port 0 --host localhost --key my-key --quota 30 --units 1 --latency 1.5'.split(' '),
  );
  expect({ latency, connectionString, url }).toEqual({
    latency: 1.5,
    connectionString: expect.stringMatching(
      /^Endpoint=http:\/\/localhost;Port=\d+;AccessKey=my-key;/,
    ) as string,
    url: expect.stringContaining('http://localhost:') as string,
  });
  expect(emulator?.status()).toMatchObject({ serviceMode: 'Default', quota: 30, latency: 1.5 });
  await emulator?.close();
  await run(
    '--port=0',
    '--units=2',
    '--drop=60',
    '--mode=serverless',
    '--upstream=http://127.0.0.1:9/{event}',
  );
  expect(emulator?.status()).toMatchObject({ serviceMode: 'Serverless', quota: 2000 });
});

test.each([
  [['--prot', '1'], "Unknown option '--prot' (for the options, see --help)."],
  [['8888'], "Unexpected argument '8888' (for the options, see --help)."],
  [['--port'], 'The option --port needs a value (for the options, see --help).'],
  [['--port', 'x'], "The value 'x' of --port is invalid. It must be a number of at least 0."],
  [['--port', '-1'], "The value '-1' of --port is invalid. It must be a number of at least 0."],
  [['--port=-1'], "The value '-1' of --port is invalid. It must be a number of at least 0."],
  [['--port', '65536'], "The option 'port' must be a whole number from 0 to 65535."],
  [
    ['--host', 'no host', '--port', '0'],
    /^The emulator cannot listen on no host, port 0 \(\w+\)\. Choose others/,
  ],
  [['--key', ''], "The option 'accessKey' (--key) must not be empty."],
  [['--mode', 'classic'], "The option 'serviceMode' (--mode) must be 'Default' or 'Serverless'."],
  [['--upstream', 'http://x'], /^The option 'upstream' has an effect in serverless mode only/],
  [
    ['--mode', 'serverless', '--upstream', 'ftp://x'],
    /^The option 'upstream' must be an http or https URL/,
  ],
  [['--quota', '0'], "The option 'quota' must be a number greater than 0."],
  [
    ['--units', 'many'],
    "The value 'many' of --units is invalid. It must be a number of at least 0.",
  ],
  [['--latency', '60001'], "The option 'latency' must be a time in ms from 0 to 60,000."],
  [['--drop=-1'], "The value '-1' of --drop is invalid. It must be a number of at least 0."],
])('%j is refused with a message of one line and a code', async (args, text) => {
  const error = await run(...args).catch((reason: Error) => reason);
  expect((error as Error).message).toMatch(text);
  expect(error).toHaveProperty('code', expect.stringMatching(/^ERR_SIGNALR_EMULATOR_/));
  expect((error as Error).message).not.toContain('\n');
});

test('--help lists every option and starts nothing', async () => {
  expect(await run('--help')).toBeUndefined();
  const listed = [...lines.join('\n').matchAll(/^  (?:-h, )?--(\w+)/gm)].map(([, name]) => name);
  expect(listed).toEqual([...Object.keys(commandOptions), 'help']);
});

const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
const start = (...args: string[]) => spawn(process.execPath, [...nodeArguments, cli, ...args]);

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the process with code 0', async (signal) => {
  const child = start('--port', '0');
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  while (!output.includes('AccessKey=')) await once(child.stdout, 'data');
  const url = /at (\S+)\. /.exec(output)?.[1] as string;
  await fetch(`${url}/api/status`); // a kept-alive connection
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('an unknown option ends the process with code 1 and one line', async () => {
  const child = start('--prot');
  let output = '';
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(output).toBe("Unknown option '--prot' (for the options, see --help).\n");
});
