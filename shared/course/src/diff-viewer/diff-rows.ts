import { diffArrays, diffWordsWithSpace, type StructuredPatch } from 'diff';

/** One line on one side of a comparison. */
export interface DiffCell {
  /** Its number in the file, starting at 1. */
  readonly line: number;
  /** The ranges of characters that differ from the line next to it. */
  readonly marks: readonly Mark[];
}

/** A range of characters in a line. */
export type Mark = readonly [start: number, end: number];

/** A line of the earlier file and the corresponding line of the later file. */
export interface DiffRow {
  readonly before: DiffCell | undefined;
  readonly after: DiffCell | undefined;
  readonly changed: boolean;
}

/** If more than this part of a line differs, it has no marks: they would not help the reader. */
const MOSTLY = 0.7;
/** Two lines are similar if they share at least this part of their words. */
const SIMILAR = 0.5;

/** Returns the rows of each hunk of a patch. Similar lines are in the same row. */
export const diffRows = (patch: StructuredPatch): DiffRow[][] => patch.hunks.map(rowsOfHunk);

function rowsOfHunk({ oldStart, newStart, lines }: StructuredPatch['hunks'][number]): DiffRow[] {
  const rows: DiffRow[] = [];
  let removed: Line[] = [];
  let added: Line[] = [];
  let oldNumber = oldStart;
  let newNumber = newStart;
  const endBlock = (): void => {
    rows.push(...pairSimilarLines(removed, added));
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.startsWith('-')) {
      removed.push(new Line(oldNumber, line.slice(1)));
      oldNumber += 1;
    } else if (line.startsWith('+')) {
      added.push(new Line(newNumber, line.slice(1)));
      newNumber += 1;
    } else if (!line.startsWith('\\')) {
      // A line with a backslash says that the file has no line break at its end.
      endBlock();
      const before = { line: oldNumber, marks: [] };
      const after = { line: newNumber, marks: [] };
      rows.push({ before, after, changed: false });
      oldNumber += 1;
      newNumber += 1;
    }
  }
  endBlock();
  return rows;
}

class Line {
  readonly number: number;
  readonly text: string;
  readonly words: ReadonlySet<string>;

  constructor(number: number, text: string) {
    this.number = number;
    this.text = text;
    this.words = new Set(text.match(/\w+/g));
  }

  isSimilarTo({ words }: Line): boolean {
    const shared = [...words].filter((word) => this.words.has(word)).length;
    return shared > 0 && shared >= Math.max(words.size, this.words.size) * SIMILAR;
  }
}

/** Puts similar lines into the same row. The lines between them are paired in their order. */
function pairSimilarLines(removed: readonly Line[], added: readonly Line[]): DiffRow[] {
  const rows: DiffRow[] = [];
  let oldIndex = 0;
  let newIndex = 0;
  let oldCount = 0;
  let newCount = 0;
  const pairInOrder = (): void => {
    for (let offset = 0; offset < Math.max(oldCount, newCount); offset++) {
      const before = offset < oldCount ? removed[oldIndex + offset] : undefined;
      const after = offset < newCount ? added[newIndex + offset] : undefined;
      rows.push(changedRow(before, after));
    }
    oldIndex += oldCount;
    newIndex += newCount;
    oldCount = 0;
    newCount = 0;
  };
  const parts = diffArrays([...removed], [...added], {
    comparator: (before, after) => before.isSimilarTo(after),
  });
  for (const part of parts) {
    if (part.removed) oldCount += part.count;
    else if (part.added) newCount += part.count;
    else {
      pairInOrder();
      oldCount = part.count;
      newCount = part.count;
      pairInOrder();
    }
  }
  pairInOrder();
  return rows;
}

function changedRow(before: Line | undefined, after: Line | undefined): DiffRow {
  const parts = diffWordsWithSpace(before?.text ?? '', after?.text ?? '');
  const marksBefore = marksOf(parts.filter(({ added }) => !added));
  const marksAfter = marksOf(parts.filter(({ removed }) => !removed));
  return {
    before: before && { line: before.number, marks: marksBefore },
    after: after && { line: after.number, marks: marksAfter },
    changed: true,
  };
}

/** Returns the ranges of the parts that are only on this side. */
function marksOf(parts: readonly { value: string; added: boolean; removed: boolean }[]): Mark[] {
  const marks: Mark[] = [];
  let end = 0;
  let marked = 0;
  for (const { value, added, removed } of parts) {
    const start = end;
    end += value.length;
    if (!added && !removed) continue;
    marks.push([start, end]);
    marked += value.length;
  }
  return marked > end * MOSTLY ? [] : marks;
}
