import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { diffLines, structuredPatch, type StructuredPatch } from 'diff';

/** One file that differs between two lessons. */
export interface FileDiff {
  /** Its path in the later lesson's folder, with slashes; in the earlier one's if it is removed. */
  readonly file: string;
  /** Its path in the earlier lesson's folder, if the file was renamed. */
  readonly renamedFrom?: string;
  readonly state: 'new' | 'changed' | 'renamed' | 'removed';
  readonly added: number;
  readonly removed: number;
  readonly patch: StructuredPatch;
  /** The whole text in the earlier lesson, '' if the file is new. */
  readonly before: string;
  /** The whole text in the later lesson, '' if the file is removed. */
  readonly after: string;
}

/** Which files of a lesson to read. */
export interface LessonFilesOptions {
  /** Include tests, README and deployment files. Default: false. */
  readonly all?: boolean | undefined;
  /** Default: `lesson`, which is everything outside of `lab/`. */
  readonly part?: 'lesson' | 'lab' | 'both' | undefined;
}

/** How to compare two lessons. */
export interface LessonDiffOptions extends LessonFilesOptions {
  /** The number of unchanged lines before and after a change. Default: 3. */
  readonly context?: number | undefined;
}

/** Files that a tool generates. They are never compared. */
const generated = /^(node_modules|dist|\.turbo)\/|^lab\/dist\/|^package-lock\.json$|\.tsbuildinfo$/;
/** Files that test, ship or explain the lesson. Only `all` includes them. */
const supplementary = /^(test|deploy)\/|^README\.md$/;
const lab = /^lab\//;
/** A file counts as renamed if at least this part of the longer text is unchanged, as in git. */
const SIMILAR = 0.5;
const CONTEXT = 3;

/** Returns the paths of a lesson's files, sorted. */
export function lessonFiles(folder: string, options: LessonFilesOptions = {}): string[] {
  const { all = false, part = 'lesson' } = options;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !generated.test(file) && (all || !supplementary.test(file)))
    .filter((file) => part === 'both' || lab.test(file) === (part === 'lab'))
    .sort();
}

/**
 * Returns what changes from one lesson's folder to another's, file by file. The line budgets,
 * `npm run diff` and the diff viewer all use this function.
 * @example lessonDiff('lessons/03-basics', 'lessons/04-server-hubs').map(({ file }) => file);
 */
export function lessonDiff(from: string, to: string, options: LessonDiffOptions = {}): FileDiff[] {
  const { context = CONTEXT } = options;
  const readAll = (folder: string): Map<string, string> =>
    new Map(lessonFiles(folder, options).map((file) => [file, read(folder, file)]));
  const before = readAll(from);
  const after = readAll(to);
  const removed = new Set([...before.keys()].filter((file) => !after.has(file)));
  const changes: FileDiff[] = [];
  for (const [file, text] of after) {
    const source = before.has(file) ? file : similarFile(file, text, removed, before);
    if (source !== undefined) removed.delete(source);
    const old = source === undefined ? '' : (before.get(source) ?? '');
    const change = fileDiff(source, file, old, text, context);
    if (change.patch.hunks.length > 0 || change.state === 'renamed') changes.push(change);
  }
  for (const file of removed)
    changes.push(fileDiff(file, undefined, before.get(file) ?? '', '', context));
  return changes.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** Returns what changes from one file to another. A file that does not exist has no name. */
export function fileDiff(
  from: string | undefined,
  to: string | undefined,
  before: string,
  after: string,
  context = CONTEXT,
): FileDiff {
  const file = to ?? from ?? '';
  const patch = structuredPatch(from ?? file, file, before, after, '', '', { context });
  const lines = patch.hunks.flatMap((hunk) => hunk.lines);
  const count = (sign: string): number => lines.filter((line) => line.startsWith(sign)).length;
  const counted = { file, added: count('+'), removed: count('-'), patch, before, after };
  if (from === undefined || to === undefined)
    return { ...counted, state: to === undefined ? 'removed' : 'new' };
  return from === to
    ? { ...counted, state: 'changed' }
    : { ...counted, state: 'renamed', renamedFrom: from };
}

/** Returns the number of added and removed lines. An edited line counts twice. */
export const changedLines = (files: readonly FileDiff[]): number =>
  files.reduce((sum, { added, removed }) => sum + added + removed, 0);

/** Returns the removed file that is most similar to a new one, if one is similar enough. */
function similarFile(
  file: string,
  text: string,
  removed: ReadonlySet<string>,
  before: ReadonlyMap<string, string>,
): string | undefined {
  let best = SIMILAR;
  let found: string | undefined;
  for (const candidate of removed) {
    if (extname(candidate) !== extname(file)) continue;
    const old = before.get(candidate) ?? '';
    const longer = Math.max(old.length, text.length);
    if (Math.min(old.length, text.length) < best * longer) continue;
    const kept = diffLines(old, text).reduce(
      (sum, part) => (part.added || part.removed ? sum : sum + part.value.length),
      0,
    );
    if (longer === 0 || kept / longer < best) continue;
    best = kept / longer;
    found = candidate;
  }
  return found;
}

const read = (folder: string, file: string): string => {
  const text = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n');
  return text.includes('\0') ? `(a binary file of ${text.length} characters)\n` : text;
};
