import { styleText } from 'node:util';
import { errorTexts } from './error-texts.ts';
import { changedLines, type FileDiff, lessonDiff } from './lesson-diff.ts';
import { lessonFolder } from './sections.ts';

type Colour = Parameters<typeof styleText>[0];

/**
 * `npm run diff 3 4`: what lesson 4 adds to lesson 3, in colour, without lock, test and README.
 * `--stat` counts lines only, `--all` takes tests and README too. `npm run` swallows options before `--` and hands them on
 * as variables, so both spellings work.
 */
export async function courseDiff(...args: string[]): Promise<number> {
  const option = (name: string): boolean => args.includes(`--${name}`) || process.env[`npm_config_${name}`] === 'true';
  const numbers = args.filter((argument) => !argument.startsWith('--'));
  if (numbers.length !== 2) return fail(errorTexts.diffNeedsTwo);
  const folders: string[] = [];
  for (const text of numbers) {
    if (!/^[1-8]$/.test(text)) return fail(errorTexts.noSuchLesson(text));
    const folder = lessonFolder(Number(text));
    if (folder === undefined) return fail(errorTexts.lessonInPreparation(Number(text)));
    folders.push(folder);
  }
  const [from, to] = folders as [string, string];
  const files = lessonDiff(from, to, option('all'));
  const output = option('stat') ? [] : files.map(patchText);
  const width = Math.max(0, ...files.map(({ file }) => file.length));
  for (const { file, state, added, removed } of files) {
    const counts = `${paint('green', `+${added}`.padStart(5))} ${paint('red', `-${removed}`.padStart(5))}`;
    output.push(`${file.padEnd(width)} ${counts}${state === 'changed' ? '' : `  ${state}`}`);
  }
  const summary = `${files.length} files, ${changedLines(files)} changed lines (added and removed)`;
  output.push(paint('bold', `Lesson ${numbers[0]} to ${numbers[1]}: ${summary}`));
  process.stdout.once('error', () => process.exit()); // behind `| head` or a pager that was left
  console.log(output.join('\n'));
  return 0;
}

function patchText({ file, state, patch }: FileDiff): string {
  const head = paint('bold', state === 'changed' ? file : `${file} (${state})`);
  const hunks = patch.hunks.map(({ oldStart, newStart, lines }) =>
    [paint('cyan', `@@ line ${oldStart} → ${newStart} @@`), ...lines.map(paintLine)].join('\n'),
  );
  return `${[head, ...hunks].join('\n')}\n`;
}

function paintLine(line: string): string {
  if (line.startsWith('+')) return paint('green', line);
  return line.startsWith('-') ? paint('red', line) : line;
}

/** In colour where the reader's terminal shows colour, also behind npm; NO_COLOR and FORCE_COLOR have the last word. */
const paint = (colour: Colour, text: string): string => styleText(colour, text, { stream: process.stdout });

function fail(text: string): number {
  console.error(text);
  return 1;
}
