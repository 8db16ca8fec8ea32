import { styleText } from 'node:util';
import { compare, type Comparison, NoSuchComparison, reasonsFor } from '../lessons/comparison.ts';
import { errorTexts } from '../error-texts.ts';
import { changedLines, type FileDiff } from '../lessons/lesson-diff.ts';

type Colour = Parameters<typeof styleText>[0];

/**
 * `npm run diff 3 4`: what lesson 4 adds to lesson 3, in colour, with the README's reason for each file, without lock, test
 * and README. `npm run diff 6 broken-fixed`: the cure of lesson 6.
 * `--stat` counts lines only, `--all` takes tests and README too. `npm run` swallows options before `--` and hands them on
 * as variables, so both spellings work.
 */
export async function courseDiff(...args: string[]): Promise<number> {
  const option = (name: string): boolean =>
    args.includes(`--${name}`) || process.env[`npm_config_${name}`] === 'true';
  const numbers = args.filter((argument) => !argument.startsWith('--'));
  const unknown = args.some(
    (argument) => argument.startsWith('--') && !['--stat', '--all'].includes(argument),
  );
  if (numbers.length !== 2 || unknown) return fail(errorTexts.diffNeedsTwo);
  let comparison: Comparison;
  try {
    comparison = compare(numbers[0] ?? '', numbers[1] ?? '', { all: option('all') });
  } catch (error) {
    if (!(error instanceof NoSuchComparison)) throw error;
    return fail(error.message);
  }
  const { files, title } = comparison;
  const output = option('stat') ? [] : files.map((diff) => patchText(diff, comparison));
  const width = Math.max(0, ...files.map(({ file }) => file.length));
  for (const { file, state, added, removed } of files) {
    const counts = `${paint('green', `+${added}`.padStart(5))} ${paint('red', `-${removed}`.padStart(5))}`;
    output.push(`${file.padEnd(width)} ${counts}${state === 'changed' ? '' : `  ${state}`}`);
  }
  const summary = `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${changedLines(files)} changed lines (added and removed)`;
  output.push(paint('bold', `${title}: ${summary}`));
  process.stdout.once('error', () => process.exit()); // behind `| head` or a pager that was left
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

/** In colour where the reader's terminal shows colour, also behind npm; NO_COLOR and FORCE_COLOR have the last word. */
const paint = (colour: Colour, text: string): string =>
  styleText(colour, text, { stream: process.stdout });

function fail(text: string): number {
  console.error(text);
  return 1;
}
