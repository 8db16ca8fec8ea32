import { Option } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCommand } from './create-command.ts';
import { runCommand } from './run-command.ts';
import { wholeNumber } from './whole-number.ts';

const printed: string[] = [];
const action = vi.fn();
let exitCode: typeof process.exitCode;
beforeEach(() => {
  exitCode = process.exitCode;
  vi.spyOn(console, 'error').mockImplementation((text: string) => void printed.push(text));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => {
  process.exitCode = exitCode;
  printed.length = 0;
  action.mockReset();
});

const run = async (...args: string[]): Promise<string> => {
  process.exitCode = 0;
  const command = createCommand('npm run twin', '<name> [-- options]', 'Starts the twin.')
    .argument('<name>', 'name of the twin')
    .option('--port <number>', 'port to listen on', wholeNumber(0, 65_535), 5900)
    .option('--no-open', 'do not open a browser')
    .addOption(new Option('--mode <name>', 'how to start').choices(['fast', 'slow']))
    .action(action);
  await runCommand(command, args);
  return printed.join('\n');
};

test.each([
  [
    ['a', '--prot', '1'],
    "Unknown option '--prot' for npm run twin (available: --port, --no-open, --mode, --help).",
  ],
  [
    ['a', 'b'],
    "Unexpected argument 'b' for npm run twin (usage: npm run twin <name> [-- options]).",
  ],
  [[], 'The argument <name> is missing (usage: npm run twin <name> [-- options]).'],
  [['a', '--port'], "The option '--port <number>' of npm run twin needs a value."],
  [
    ['a', '--port', '70000'],
    "The value '70000' of --port is invalid. It must be a whole number from 0 to 65535.",
  ],
  [['a', '--mode', 'x'], "The value 'x' of --mode is invalid. Choose from: fast, slow."],
])('%j is refused and the action does not run', async (args, message) => {
  expect(await run(...args)).toBe(message);
  expect(process.exitCode).toBe(1);
  expect(action).not.toHaveBeenCalled();
});

test('--help prints one line per option and the action does not run', async () => {
  const help = await run('--help');
  expect(help).toContain('Usage: npm run twin <name> [-- options]\n\nStarts the twin.\n');
  for (const option of ['--port <number>', '--no-open', '--help'])
    expect(help.split('\n').filter((line) => line.includes(option))).toHaveLength(1);
  expect([process.exitCode, action.mock.calls.length]).toEqual([0, 0]);
});

test('the action gets the values, and its errors are not swallowed', async () => {
  await run('a', '--port', '80');
  expect(action.mock.calls[0]?.slice(0, 2)).toEqual(['a', { port: 80, open: true }]);
  action.mockRejectedValue(new Error('failed'));
  await expect(run('a')).rejects.toThrow('failed');
});
