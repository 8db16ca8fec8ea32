import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { diffLines, structuredPatch, type StructuredPatch } from 'diff';

/** One file that differs between two lessons. */
export interface FileDiff {
  /** Its path in the later lesson's folder (in the earlier one's if it is gone), with slashes. */
  readonly file: string;
  /** Its path in the earlier lesson's folder, where that is another one. */
  readonly renamedFrom?: string;
  readonly state: 'new' | 'changed' | 'renamed' | 'gone';
  readonly added: number;
  readonly removed: number;
  readonly patch: StructuredPatch;
  /** The whole text in the earlier lesson, '' if it is new. */
  readonly before: string;
  /** The whole text in the later lesson, '' if it is gone. */
  readonly after: string;
}

/** What never counts: it is made, not written. */
const made = /^(node_modules|dist|\.turbo)\/|^package-lock\.json$|\.tsbuildinfo$/;
/** What a reader of the diff does not want to see first: what proves, ships or explains the lesson. */
const beside = /^(test|deploy)\/|^README\.md$/;
/** The unchanged part of the longer text from which on a file counts as renamed: git's own threshold. */
const SIMILAR = 0.5;
/** Lines around a change, as everywhere. */
const CONTEXT = 3;

/** The written files of a lesson, sorted; `all` takes tests and README too. */
export function lessonFiles(folder: string, all = false): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !made.test(file) && (all || !beside.test(file)))
    .sort();
}

/**
 * What changes from one lesson's folder to another's, file by file; without lock, test and README unless `all`. The one
 * source of the line budgets, of `npm run diff` and of the diff viewer.
 * @example lessonDiff('lessons/03-basics', 'lessons/04-server-hubs').map(({ file, added }) => `${file} +${added}`);
 */
export function lessonDiff(from: string, to: string, all = false, context = CONTEXT): FileDiff[] {
  const before = new Map(lessonFiles(from, all).map((file) => [file, read(from, file)]));
  const after = new Map(lessonFiles(to, all).map((file) => [file, read(to, file)]));
  const gone = new Set([...before.keys()].filter((file) => !after.has(file)));
  const changes: FileDiff[] = [];
  for (const [file, text] of after) {
    const source = before.has(file) ? file : similarFile(file, text, gone, before);
    if (source !== undefined) gone.delete(source);
    const change = fileDiff(
      source,
      file,
      source === undefined ? '' : (before.get(source) ?? ''),
      text,
      context,
    );
    if (change.patch.hunks.length > 0 || change.state === 'renamed') changes.push(change);
  }
  for (const file of gone)
    changes.push(fileDiff(file, undefined, before.get(file) ?? '', '', context));
  return changes.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** What changes from one file to another; a side without a name is not there. */
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
    return { ...counted, state: to === undefined ? 'gone' : 'new' };
  return from === to
    ? { ...counted, state: 'changed' }
    : { ...counted, state: 'renamed', renamedFrom: from };
}

/** Changed lines, as the budgets count them: lines added and lines removed, so a line that is edited counts twice. */
export const changedLines = (files: readonly FileDiff[]): number =>
  files.reduce((sum, { added, removed }) => sum + added + removed, 0);

/** The file that went and was most like this new one, if any was like it at all. */
function similarFile(
  file: string,
  text: string,
  gone: ReadonlySet<string>,
  before: ReadonlyMap<string, string>,
): string | undefined {
  let best = SIMILAR;
  let found: string | undefined;
  for (const candidate of gone) {
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
