import { styleText } from 'node:util';
import { createCommand } from '@practical-signalr/lesson-kit/command-line';
import { type Command, Option } from 'commander';
import { compare, type Comparison, NoSuchComparison, reasonsFor } from '../lessons/comparison.ts';
import { changedLines, type FileDiff } from '../lessons/lesson-diff.ts';

type Colour = Parameters<typeof styleText>[0];

interface DiffOptions {
  /** Print only how many lines changed in each file. */
  readonly stat?: true;
  /** Include tests and READMEs. */
  readonly all?: true;
}

/**
 * `npm run diff 3 4`: prints what changes from lesson 3 to lesson 4. `npm run diff 6 broken-fixed`
 * prints the fix of lesson 6.
 */
export const diffCommand = (): Command =>
  createCommand(
    'npm run diff',
    '<before> <after> [-- options]',
    'Prints what changes from one lesson to another, for example npm run diff 3 4.',
  )
    .argument('<before>', 'number of a lesson')
    .argument('<after>', 'number of a lesson, or broken-fixed for the fix of lesson 6')
    // npm does not pass options before `--` on. It sets these variables instead.
    .addOption(new Option('--stat', 'print only line counts').env('npm_config_stat'))
    .addOption(new Option('--all', 'include tests and READMEs').env('npm_config_all'))
    .action((before: string, after: string, options: DiffOptions) => {
      process.exitCode = diff(before, after, options);
    });

/** Prints what changes from one lesson to another, with the README's reasons. Returns the exit code. */
export function diff(before: string, after: string, options: DiffOptions = {}): number {
  let comparison: Comparison;
  try {
    comparison = compare(before, after, { all: options.all });
  } catch (error) {
    if (!(error instanceof NoSuchComparison)) throw error;
    console.error(error.message);
    return 1;
  }
  const { files, title } = comparison;
  const output = options.stat === true ? [] : files.map((file) => patchText(file, comparison));
  const width = Math.max(0, ...files.map(({ file }) => file.length));
  for (const { file, state, added, removed } of files) {
    const counts = `${paint('green', `+${added}`.padStart(5))} ${paint('red', `-${removed}`.padStart(5))}`;
    output.push(`${file.padEnd(width)} ${counts}${state === 'changed' ? '' : `  ${state}`}`);
  }
  const summary = `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${changedLines(files)} changed lines (added and removed)`;
  output.push(paint('bold', `${title}: ${summary}`));
  process.stdout.once('error', () => process.exit()); // the reader of a pipe, such as `head`, has closed it
  console.log(output.join('\n'));
  return 0;
}

function patchText(diff: FileDiff, comparison: Comparison): string {
  const { file, renamedFrom, state, patch } = diff;
  const name = renamedFrom === undefined ? file : `${renamedFrom} → ${file}`;
  const head = [paint('bold', state === 'changed' ? name : `${name} (${state})`)];
  for (const { lesson, text } of reasonsFor(diff, comparison))
    head.push(paint('italic', `lesson ${lesson}: ${text}`));
  const hunks = patch.hunks.map(({ oldStart, newStart, lines }) =>
    [paint('cyan', `@@ line ${oldStart} → ${newStart} @@`), ...lines.map(paintLine)].join('\n'),
  );
  return `${[...head, ...hunks].join('\n')}\n`;
}

function paintLine(line: string): string {
  if (line.startsWith('+')) return paint('green', line);
  return line.startsWith('-') ? paint('red', line) : line;
}

/** Colors the text if the terminal supports it. NO_COLOR and FORCE_COLOR override the detection. */
const paint = (colour: Colour, text: string): string =>
  styleText(colour, text, { stream: process.stdout });
