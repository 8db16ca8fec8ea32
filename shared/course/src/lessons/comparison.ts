import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lessonFolders } from '@practical-signalr/lesson-kit';
import { errorTexts } from '../error-texts.ts';
import { changeReasons, type ChangeReason } from './change-reasons.ts';
import { ideaLines } from './idea-lines.ts';
import { lessonSteps } from './lesson-budgets.ts';
import { type FileDiff, fileDiff, lessonDiff, lessonFiles } from './lesson-diff.ts';
import { sortByImportance } from './sort-by-importance.ts';
import { lessonBefore, lessonFolder, sections } from './sections.ts';

/** Two lessons, or the broken and the fixed server of lesson 6, compared with each other. */
export interface Comparison {
  /** The path that selects it: `5/6`, `6/broken-fixed`. */
  readonly path: string;
  readonly title: string;
  /** The goal of the later lesson, as one line of Markdown; the title if there is no goal. */
  readonly headline: string;
  /** The names of both sides, for example `lesson 5` and `lesson 6`. */
  readonly sides: readonly [before: string, after: string];
  /** The changed files of the lesson itself, the most important first. */
  readonly files: readonly FileDiff[];
  /** The changed files of its lab. */
  readonly lab: readonly FileDiff[];
  /**
   * The maximum number of changed lines of this step, if these lessons are a step of the course.
   */
  readonly limit: number | undefined;
  /** Files that are identical in both. */
  readonly unchanged: readonly string[];
  /** The numbers of the lines of the later lesson that its page shows as code excerpts, by file. */
  readonly ideaLines: ReadonlyMap<string, ReadonlySet<number>>;
  /** The reasons of all steps between the two, in the order of the course. */
  readonly reasons: readonly ChangeReason[];
}

/** How to compare. */
export interface ComparisonOptions {
  /** Include tests and README. Default: false. */
  readonly all?: boolean | undefined;
  /** Show whole files instead of changes with three lines of context. Default: false. */
  readonly whole?: boolean | undefined;
  /** The folder of the lessons. Default: the lessons of this repository. */
  readonly lessons?: string | undefined;
}

/** Thrown if there is nothing to compare. The message is for the reader. */
export class NoSuchComparison extends Error {
  override readonly name = 'NoSuchComparison';
}

/** The lesson with a broken and a fixed server, and the name that selects this comparison. */
export const BROKEN_FIXED = { lesson: 6, name: 'broken-fixed' } as const;
const brokenFile = 'server/auth-broken.ts';
const fixedFile = 'server/auth-fixed.ts';

/**
 * Compares what a reader selects: `('5', '6')`, or `('6', 'broken-fixed')`.
 * @throws NoSuchComparison if a lesson does not exist.
 */
export function compare(from: string, to: string, options: ComparisonOptions = {}): Comparison {
  const context = options.whole === true ? Number.MAX_SAFE_INTEGER : undefined;
  const before = existing(from, options.lessons);
  if (to === BROKEN_FIXED.name && before.number === BROKEN_FIXED.lesson)
    return brokenAndFixed(before.folder, context);
  const after = existing(to, options.lessons);
  const reasons = reasonsBetween(before.number, after.number, options.lessons);
  const files = lessonDiff(before.folder, after.folder, { all: options.all, context });
  const lab = lessonDiff(before.folder, after.folder, { part: 'lab', context });
  const changed = new Set([...files, ...lab].map(({ file }) => file));
  const title = `Lesson ${before.number} to ${after.number}`;
  const goal = before.number < after.number ? goalOf(after.number, options.lessons) : '';
  return {
    path: `${before.number}/${after.number}`,
    title,
    headline: goal === '' ? title : goal,
    sides: [`lesson ${before.number}`, `lesson ${after.number}`],
    files: sortByImportance(files, reasons),
    lab,
    limit: lessonSteps.find((step) => step.from === before.number && step.to === after.number)
      ?.lines,
    unchanged: lessonFiles(after.folder, { all: options.all, part: 'both' }).filter(
      (file) => !changed.has(file),
    ),
    ideaLines: ideaLines(after.folder),
    reasons,
  };
}

/** Returns why a file changed. The array is empty if no README mentions the file. */
export function reasonsFor(diff: FileDiff, { reasons }: Comparison): readonly ChangeReason[] {
  return reasons.filter(
    ({ files }) =>
      files.includes(diff.file) ||
      (diff.renamedFrom !== undefined && files.includes(diff.renamedFrom)),
  );
}

/** Returns what the READMEs say about the changes in the lab. */
export const labReasons = ({ reasons }: Comparison): readonly ChangeReason[] =>
  reasons.filter(({ files }) => files.includes('lab/'));

/** Returns whether a file is the idea of its lesson. Without reasons, every file is. */
export function isIdea(diff: FileDiff, comparison: Comparison): boolean {
  const hasIdea = comparison.files.some((file) => explainsIdea(file, comparison));
  return !hasIdea || explainsIdea(diff, comparison);
}

/** Returns whether a lesson's folder has both files of the comparison `broken-fixed`. */
export const hasBrokenAndFixed = (folder: string): boolean =>
  [brokenFile, fixedFile].every((file) => existsSync(join(folder, file)));

const explainsIdea = (diff: FileDiff, comparison: Comparison): boolean =>
  reasonsFor(diff, comparison).some((reason) => reason.isIdea);

const goalOf = (lesson: number, parent?: string): string =>
  lessonFolders(parent).find(({ number }) => number === lesson)?.goal ?? '';

/** Returns the reasons of all steps between two lessons, in the order of the course. */
function reasonsBetween(from: number, to: number, parent?: string): ChangeReason[] {
  const first = Math.min(from, to);
  const reasons: ChangeReason[] = [];
  for (let number = Math.max(from, to); number > first; number = lessonBefore(number)) {
    const folder = lessonFolder(number, parent);
    if (folder !== undefined) reasons.unshift(...changeReasons(number, folder));
  }
  const explainsPackages = reasons.some(({ files }) => files.includes('package.json'));
  if (explainsPackages) return reasons;
  const text = 'the name of the lesson and the packages that it uses';
  const lesson = Math.max(from, to);
  return [...reasons, { lesson, files: ['package.json'], text, isIdea: false }];
}

function brokenAndFixed(folder: string, context?: number): Comparison {
  if (!hasBrokenAndFixed(folder)) {
    throw new NoSuchComparison(errorTexts.nothingBroken(BROKEN_FIXED.lesson));
  }
  const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const diff = fileDiff(brokenFile, fixedFile, textOf(brokenFile), textOf(fixedFile), context);
  return {
    path: `${BROKEN_FIXED.lesson}/${BROKEN_FIXED.name}`,
    title: `Lesson ${BROKEN_FIXED.lesson}: broken, then fixed`,
    headline: 'The lines that let a browser connect over WebSockets with a token.',
    sides: ['broken', 'fixed'],
    files: [{ ...diff, state: 'changed' }],
    lab: [],
    limit: undefined,
    unchanged: [],
    ideaLines: new Map(),
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
