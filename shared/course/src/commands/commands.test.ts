import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '@practical-signalr/lesson-kit/command-line';
import type { Command } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { buildCommand } from './build.ts';
import { diffCommand } from './diff.ts';
import { lessonCommand } from './lesson.ts';
import { newLessonCommand } from './new-lesson.ts';
import { MATRIX_BUTTON, pictureCommand } from './picture.ts';
import { root } from '../lessons/sections.ts';
import { devCommand, startCommand } from './start.ts';
import { testCommand } from './test.ts';

interface Case {
  readonly create: () => Command;
  /** Arguments that the command accepts. */
  readonly args: readonly string[];
  readonly options: readonly string[];
}

const cases: readonly Case[] = [
  { create: startCommand, args: [], options: ['--no-open'] },
  {
    create: lessonCommand,
    args: ['2'],
    options: ['--production', '--transports <names>', '--block-upgrade'],
  },
  { create: diffCommand, args: ['3', '4'], options: ['--stat', '--all', '--lab'] },
  {
    create: newLessonCommand,
    args: ['your-topic'],
    options: ['--title <text>', '--from <number>'],
  },
  { create: devCommand, args: [], options: [] },
  { create: buildCommand, args: [], options: [] },
  { create: pictureCommand, args: [], options: [] },
];
const named = cases.map((each) => ({ ...each, name: each.create().name() }));

const action = vi.fn();
const printed: string[] = [];
let exitCode: typeof process.exitCode;
beforeEach(() => {
  exitCode = process.exitCode;
  process.exitCode = 0;
  vi.spyOn(console, 'error').mockImplementation((text: string) => void printed.push(text));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => {
  process.exitCode = exitCode;
  printed.length = 0;
  action.mockReset();
});

/** Runs a command whose action is replaced, and returns what it prints. */
async function run(create: () => Command, ...args: string[]): Promise<string> {
  await runCommand(create().action(action), args);
  return printed.join('\n');
}

test.each(named)('$name --help prints one line per option', async ({ create, options }) => {
  const help = (await run(create, '--help')).split('\n');
  for (const option of [...options, '--help'])
    expect(help.filter((line) => line.includes(`${option} `))).toHaveLength(1);
  expect(process.exitCode).toBe(0);
  expect(action).not.toHaveBeenCalled();
});

test.each(named)('$name refuses an unknown option', async ({ name, create, args }) => {
  expect(await run(create, ...args, '--unknown')).toMatch(
    new RegExp(`^Unknown option '--unknown' for ${name} \\(available: [^\n]*--help\\)\\.$`),
  );
  expect([process.exitCode, action.mock.calls]).toEqual([1, []]);
});

test.each(named)('$name refuses a stray argument', async ({ name, create, args }) => {
  expect(await run(create, ...args, 'stray')).toMatch(
    new RegExp(`^Unexpected argument 'stray' for ${name} \\(usage: [^\n]+\\)\\.$`),
  );
  expect([process.exitCode, action.mock.calls]).toEqual([1, []]);
});

test.each(named)('$name runs with the arguments it accepts', async ({ create, args }) => {
  expect(await run(create, ...args)).toBe('');
  expect(action).toHaveBeenCalledOnce();
});

test('npm test prints its help and refuses unknown options', async () => {
  expect(await run(testCommand, '--help')).toContain('Usage: npm test');
  expect(await run(testCommand, '--unknown')).toContain("Unknown option '--unknown' for npm test");
  expect([process.exitCode, action.mock.calls]).toEqual([1, []]);
});

test('the button that npm run picture presses is in the lab of lesson 6', () => {
  const lab = readFileSync(join(root, 'lessons/06-authorization/lab/index.html'), 'utf8');
  expect(lab).toMatch(new RegExp(`<button [^>]*>${MATRIX_BUTTON}</button>`));
});
