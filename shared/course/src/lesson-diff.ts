import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { structuredPatch, type StructuredPatch } from 'diff';

/** One file that differs between two lessons. */
export interface FileDiff {
  /** Its path in a lesson's folder, with slashes. */
  readonly file: string;
  readonly state: 'new' | 'changed' | 'gone';
  readonly added: number;
  readonly removed: number;
  readonly patch: StructuredPatch;
}

/** What never counts: it is made, not written. */
const made = /^(node_modules|dist|\.turbo)\/|^package-lock\.json$|\.tsbuildinfo$/;
/** What a reader of the diff does not want to see first. */
const beside = /^test\/|^README\.md$/;

/** The written files of a lesson, sorted; `all` takes tests and README too. */
export function lessonFiles(folder: string, all = false): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !made.test(file) && (all || !beside.test(file)))
    .sort();
}

/** What changes from one lesson's folder to another's, file by file; without lock, test and README unless `all`. */
export function lessonDiff(from: string, to: string, all = false): FileDiff[] {
  const before = new Set(lessonFiles(from, all));
  const after = new Set(lessonFiles(to, all));
  return [...new Set([...before, ...after])].sort().flatMap((file): FileDiff[] => {
    const state = !before.has(file) ? 'new' : !after.has(file) ? 'gone' : 'changed';
    const patch = structuredPatch(file, file, read(from, file, before), read(to, file, after), '', '', { context: 3 });
    const lines = patch.hunks.flatMap((hunk) => hunk.lines);
    const count = (sign: string): number => lines.filter((line) => line.startsWith(sign)).length;
    return lines.length === 0 ? [] : [{ file, state, added: count('+'), removed: count('-'), patch }];
  });
}

/** Changed lines, as the budgets count them: lines added and lines removed, so a line that is edited counts twice. */
export const changedLines = (files: readonly FileDiff[]): number =>
  files.reduce((sum, { added, removed }) => sum + added + removed, 0);

const read = (folder: string, file: string, files: ReadonlySet<string>): string =>
  files.has(file) ? readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n') : '';
