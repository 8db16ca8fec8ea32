import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changeReasons, type ChangeReason } from './change-reasons.ts';
import { errorTexts } from '../error-texts.ts';
import { type FileDiff, fileDiff, lessonDiff, lessonFiles } from './lesson-diff.ts';
import { lessonBefore, lessonFolder, sections } from './sections.ts';

/** Two things beside each other: two lessons, or lesson 6 before and after its cure. */
export interface Comparison {
  /** What it is asked for with: `5/6`, `6/broken-fixed`. */
  readonly path: string;
  readonly title: string;
  /** The name of either side, for example `lesson 5`. */
  readonly sides: readonly [before: string, after: string];
  readonly files: readonly FileDiff[];
  /** Files that are the same in both. */
  readonly unchanged: readonly string[];
  /** Of all steps between the two, in the order of the course. */
  readonly reasons: readonly ChangeReason[];
}

/** How to compare. */
export interface ComparisonOptions {
  /** Tests and README too; default: only the code that a lesson is about. */
  readonly all?: boolean | undefined;
  /** Whole files; default: changes with three lines around them. */
  readonly whole?: boolean | undefined;
  /** The folder of the lessons; default: this repository's. */
  readonly lessons?: string | undefined;
}

/** There is nothing to compare under this name; the message is a sentence for the reader. */
export class NoSuchComparison extends Error {
  override readonly name = 'NoSuchComparison';
}

/** The lesson that is broken on purpose, then fixed, and what it is asked for with. */
export const BROKEN_FIXED = { lesson: 6, name: 'broken-fixed' } as const;
const brokenFile = 'server/auth-broken.ts';
const fixedFile = 'server/auth-fixed.ts';

/**
 * Compares what a reader names: `('5', '6')`, or `('6', 'broken-fixed')`.
 * @throws NoSuchComparison when a lesson is not there.
 */
export function compare(from: string, to: string, options: ComparisonOptions = {}): Comparison {
  const context = options.whole === true ? Number.MAX_SAFE_INTEGER : undefined;
  const before = existing(from, options.lessons);
  if (to === BROKEN_FIXED.name && before.number === BROKEN_FIXED.lesson)
    return brokenAndFixed(before.folder, context);
  const after = existing(to, options.lessons);
  const first = Math.min(before.number, after.number);
  const last = Math.max(before.number, after.number);
  const reasons: ChangeReason[] = [];
  for (const number of stepsBetween(first, last)) {
    const folder = lessonFolder(number, options.lessons);
    if (folder !== undefined) reasons.push(...changeReasons(number, folder));
  }
  reasons.push({
    lesson: last,
    files: ['package.json'],
    text: 'every lesson has a name of its own',
  });
  const files = lessonDiff(before.folder, after.folder, options.all, context);
  const changed = new Set(files.map(({ file }) => file));
  return {
    path: `${before.number}/${after.number}`,
    title: `Lesson ${before.number} to ${after.number}`,
    sides: [`lesson ${before.number}`, `lesson ${after.number}`],
    files,
    unchanged: lessonFiles(after.folder, options.all).filter((file) => !changed.has(file)),
    reasons,
  };
}

/** Why a file changed; a file that no README speaks of has no reason. */
export function reasonsFor(diff: FileDiff, { reasons }: Comparison): readonly ChangeReason[] {
  return reasons.filter(
    ({ files }) =>
      files.includes(diff.file) ||
      (diff.renamedFrom !== undefined && files.includes(diff.renamedFrom)),
  );
}

/** Whether a lesson's folder has the two files of the pair `broken-fixed`. */
export const hasBrokenAndFixed = (folder: string): boolean =>
  [brokenFile, fixedFile].every((file) => existsSync(join(folder, file)));

/** The lessons that were made one after the other on the way from `first` to `last`, without `first`. */
function stepsBetween(first: number, last: number): number[] {
  const steps: number[] = [];
  for (let number = last; number > first; number = lessonBefore(number)) steps.unshift(number);
  return steps;
}

function brokenAndFixed(folder: string, context?: number): Comparison {
  if (!hasBrokenAndFixed(folder)) {
    throw new NoSuchComparison(errorTexts.nothingBroken(BROKEN_FIXED.lesson));
  }
  const [before, after] = [brokenFile, fixedFile].map((file) =>
    readFileSync(join(folder, file), 'utf8'),
  ) as [string, string];
  const diff = fileDiff(brokenFile, fixedFile, before, after, context);
  return {
    path: `${BROKEN_FIXED.lesson}/${BROKEN_FIXED.name}`,
    title: `Lesson ${BROKEN_FIXED.lesson}: broken, then fixed`,
    sides: ['broken', 'fixed'],
    files: [{ ...diff, state: 'changed' }],
    unchanged: [],
    reasons: changeReasons(BROKEN_FIXED.lesson, folder).filter(({ files }) =>
      files.includes(fixedFile),
    ),
  };
}

function existing(
  text: string,
  lessons?: string,
): { readonly number: number; readonly folder: string } {
  const isNumber = /^[1-9]\d*$/.test(text) && Number(text) <= sections.length;
  if (!isNumber) throw new NoSuchComparison(errorTexts.noSuchLesson(text, sections.length));
  const folder = lessonFolder(Number(text), lessons);
  if (folder === undefined)
    throw new NoSuchComparison(errorTexts.lessonInPreparation(Number(text)));
  return { number: Number(text), folder };
}
