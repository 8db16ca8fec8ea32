import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commandSwitches, wholeNumber } from './command-switches.ts';
import { errorTexts } from './error-texts.ts';

const switches = { port: 'port to listen on', 'redis-prefix': 'what channels begin with' };

test('gives what was given, and prints the list for --help', () => {
  expect(commandSwitches('usage', switches, ['--port', '80'])).toEqual({ port: '80' });
  const printed: string[] = [];
  expect(
    commandSwitches('usage', switches, ['--help'], (text) => printed.push(text)),
  ).toBeUndefined();
  expect(printed).toEqual([
    'usage\n\n  --port          port to listen on\n  --redis-prefix  what channels begin with',
  ]);
});

test.each([['--nope'], ['--port'], ['word'], ['--help=1']])('%s is a sentence', (...args) => {
  expect(() => commandSwitches('usage', switches, args)).toThrow(
    /^[^\n]+[^.]\. --help lists the switches\.$/,
  );
});

test('a number is whole and within its bounds', () => {
  expect(wholeNumber('port', '5900', 0, 65_535)).toBe(5900);
  for (const text of ['', 'x', '-1', '1.5', '65536', '1e3']) {
    expect(() => wholeNumber('port', text, 0, 65_535), text).toThrow(
      errorTexts.notANumber('port', text, 0, 65_535),
    );
  }
});

/** What a command writes and its exit code, as npm runs it. */
const outcome = (command: string, ...args: string[]): Promise<[string, number]> =>
  new Promise((resolve) => {
    const file = fileURLToPath(new URL(command, import.meta.url));
    const all = ['--conditions=@practical-signalr/source', '--import=tsx', file, ...args];
    const child = execFile(process.execPath, all, (_error, stdout, stderr) =>
      resolve([stdout + stderr, child.exitCode ?? -1]),
    );
  });

test('the commands answer wrong arguments without a stack trace', async () => {
  const [twin, twinPort, conformance, nobody] = await Promise.all([
    outcome('twin-command.ts', '--nope'),
    outcome('twin-command.ts', '--port', 'x'),
    outcome('conformance-command.ts', '--url', 'foo'),
    outcome('conformance-command.ts', '--url', 'http://127.0.0.1:1'),
  ]);
  expect(twin).toEqual(["Unknown option '--nope'. --help lists the switches.\n", 1]);
  expect(twinPort).toEqual([`${errorTexts.notANumber('port', 'x', 0, 65_535)}\n`, 1]);
  expect(conformance).toEqual([`${errorTexts.notAnAddress('foo')}\n`, 1]);
  expect(nobody).toEqual([`${errorTexts.nobodyAnswers('http://127.0.0.1:1')}\n`, 1]);
});
