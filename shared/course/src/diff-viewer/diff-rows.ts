import { diffArrays, diffWordsWithSpace, type StructuredPatch } from 'diff';

/** One line of one side. */
export interface DiffCell {
  /** Its number in the file, from 1. */
  readonly line: number;
  /** From which to which character it differs from the line beside it. */
  readonly marks: readonly (readonly [start: number, end: number])[];
}

/** A line before and the line after that belongs to it. */
export interface DiffRow {
  readonly before: DiffCell | undefined;
  readonly after: DiffCell | undefined;
  readonly changed: boolean;
}

/** The part of a line from which on it is another line: marks on nearly every word help nobody. */
const MOSTLY = 0.7;
/** The part of their words that two lines share to stand beside each other. */
const ALIKE = 0.5;

/** The rows of each hunk of a patch, lines that belong together beside each other. */
export function diffRows(patch: StructuredPatch): DiffRow[][] {
  return patch.hunks.map(({ oldStart, newStart, lines }) => {
    const rows: DiffRow[] = [];
    const [removed, added]: [Line[], Line[]] = [[], []];
    const endBlock = (): void => void rows.push(...pairs(removed.splice(0), added.splice(0)));
    let [oldNumber, newNumber] = [oldStart, newStart];
    for (const line of lines) {
      if (line.startsWith('-')) removed.push(new Line(oldNumber++, line.slice(1)));
      else if (line.startsWith('+')) added.push(new Line(newNumber++, line.slice(1)));
      else if (!line.startsWith('\\')) {
        endBlock();
        const [before, after] = [oldNumber++, newNumber++].map((number) => ({
          line: number,
          marks: [],
        }));
        rows.push({ before, after, changed: false });
      } // else no newline at the end of a file: nothing to read
    }
    endBlock();
    return rows;
  });
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

  isLike({ words }: Line): boolean {
    let shared = 0;
    for (const word of words) if (this.words.has(word)) shared++;
    return shared > 0 && shared >= Math.max(words.size, this.words.size) * ALIKE;
  }
}

/** Lines that are alike stand beside each other; what is between them does as it comes. */
function pairs(removed: Line[], added: Line[]): DiffRow[] {
  const rows: DiffRow[] = [];
  let [oldAt, newAt] = [0, 0];
  const put = (oldCount: number, newCount: number): void => {
    for (let at = 0; at < Math.max(oldCount, newCount); at++) {
      const before = at < oldCount ? removed[oldAt++] : undefined;
      const after = at < newCount ? added[newAt++] : undefined;
      const [left, right] = marks(before?.text ?? '', after?.text ?? '');
      rows.push({
        before: before && { line: before.number, marks: left },
        after: after && { line: after.number, marks: right },
        changed: true,
      });
    }
  };
  let [oldAlone, newAlone] = [0, 0];
  for (const part of diffArrays(removed, added, {
    comparator: (before, after) => before.isLike(after),
  })) {
    if (part.removed) oldAlone += part.count;
    else if (part.added) newAlone += part.count;
    else {
      put(oldAlone, newAlone);
      put(part.count, part.count);
      [oldAlone, newAlone] = [0, 0];
    }
  }
  put(oldAlone, newAlone);
  return rows;
}

type Marks = [number, number][];

/** What differs between two lines, on either side. */
function marks(before: string, after: string): [Marks, Marks] {
  const found: [Marks, Marks] = [[], []];
  const ends = [0, 0];
  for (const { value, added, removed } of diffWordsWithSpace(before, after)) {
    for (const side of [added ? undefined : 0, removed ? undefined : 1] as const) {
      if (side === undefined) continue;
      const start = ends[side]!;
      ends[side] = start + value.length;
      if (added || removed) found[side].push([start, ends[side]!]);
    }
  }
  return found.map((side, at) => {
    const marked = side.reduce((sum, [start, end]) => sum + end - start, 0);
    return marked > ends[at]! * MOSTLY ? [] : side;
  }) as [Marks, Marks];
}
