import { styleText } from 'node:util';
import { createCommand } from '@practical-signalr/lesson-kit/command-line';
import { type Command, Option } from 'commander';
import {
  compare,
  type Comparison,
  labReasons,
  NoSuchComparison,
  reasonsFor,
} from '../lessons/comparison.ts';
import { describeSize } from '../lessons/describe-size.ts';
import type { FileDiff } from '../lessons/lesson-diff.ts';

type Color = Parameters<typeof styleText>[0];

interface DiffOptions {
  /** Print only how many lines changed in each file. */
  readonly stat?: true;
  /** Include tests and READMEs. */
  readonly all?: true;
  /** Include the files of the lab. */
  readonly lab?: true;
  /** The folder of the lessons. Default: the lessons of this repository. */
  readonly lessons?: string;
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
    .addOption(new Option('--lab', 'include the files of the lab').env('npm_config_lab'))
    .action((before: string, after: string, options: DiffOptions) => {
      process.exitCode = diff(before, after, options);
    });

/**
 * Prints what changes from one lesson to another: the goal, the size, the files in order of
 * importance, then the changes of each file with their reasons. Returns the exit code.
 */
export function diff(before: string, after: string, options: DiffOptions = {}): number {
  let comparison: Comparison;
  try {
    comparison = compare(before, after, { all: options.all, lessons: options.lessons });
  } catch (error) {
    if (!(error instanceof NoSuchComparison)) throw error;
    console.error(error.message);
    return 1;
  }
  const showsLab = options.lab === true;
  const files = showsLab ? [...comparison.files, ...comparison.lab] : comparison.files;
  const output = [heading(comparison, showsLab), fileList(files, comparison)];
  if (options.stat !== true) output.push(...files.map((file) => patchText(file, comparison)));
  // Stop silently if the reader of a pipe, such as `head`, has closed it.
  process.stdout.once('error', () => process.exit());
  console.log(output.filter((text) => text !== '').join('\n\n'));
  return 0;
}

function heading(comparison: Comparison, showsLab: boolean): string {
  const { title, headline, files, lab, limit } = comparison;
  const lines = [paint('bold', headline)];
  if (headline !== title) lines.unshift(title);
  const nothingDiffers = files.length === 0 && lab.length === 0;
  const size = nothingDiffers ? 'Nothing differs.' : describeSize(files);
  lines.push(limit === undefined ? size : `${size}; limit for this step: ${limit} lines`);
  if (lab.length > 0) {
    const content = labReasons(comparison).map(({ text }) => ` (${plainText(text)})`);
    const hint = showsLab ? '' : ' Add -- --lab to show it.';
    lines.push(`Lab, not part of this step${content.join('')}: ${describeSize(lab)}.${hint}`);
  }
  return lines.join('\n');
}

/** Returns one line per file: its place, name, line counts, state and reason. */
function fileList(files: readonly FileDiff[], comparison: Comparison): string {
  const width = Math.max(0, ...files.map(({ file }) => file.length));
  const rows = files.map((each, index) => {
    const { file, state, added, removed } = each;
    const place = String(index + 1).padStart(2);
    const counts = `${paint('green', `+${added}`.padStart(5))} ${paint('red', `-${removed}`.padStart(5))}`;
    const [reason] = reasonsFor(each, comparison);
    const why = reason === undefined ? '' : `  ${plainText(reason.text)}`;
    return `${place} ${file.padEnd(width)} ${counts}  ${state.padEnd(7)}${why}`.trimEnd();
  });
  return rows.join('\n');
}

function patchText(diff: FileDiff, comparison: Comparison): string {
  const { file, renamedFrom, state, patch } = diff;
  const name = renamedFrom === undefined ? file : `${renamedFrom} → ${file}`;
  const lines = [paint('bold', state === 'changed' ? name : `${name} (${state})`)];
  for (const { lesson, text } of reasonsFor(diff, comparison))
    lines.push(paint('italic', `Lesson ${lesson}: ${plainText(text)}`));
  for (const { oldStart, newStart, lines: changes } of patch.hunks) {
    lines.push(paint('cyan', `@@ line ${oldStart} → ${newStart} @@`));
    lines.push(...changes.map(paintLine));
  }
  return lines.join('\n');
}

/** Removes the Markdown of emphasis, which a terminal does not render. */
const plainText = (text: string): string => text.replaceAll('**', '');

function paintLine(line: string): string {
  if (line.startsWith('+')) return paint('green', line);
  return line.startsWith('-') ? paint('red', line) : line;
}

/** Colors the text if the terminal supports it. NO_COLOR and FORCE_COLOR override the detection. */
const paint = (color: Color, text: string): string =>
  styleText(color, text, { stream: process.stdout });
