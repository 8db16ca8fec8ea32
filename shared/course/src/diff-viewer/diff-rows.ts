import type { StructuredPatch } from 'diff';
import { html } from 'diff2html';
import type { DiffFile, DiffLine, LineType } from 'diff2html/lib/types.js';

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

// diff2html finds out which lines belong together and which words differ. Its own two tables have no headers and lose each
// other when a line wraps, so its templates are replaced: one text line for each row, the sides apart by NUL.
const rawTemplates = {
  'generic-wrapper': '{{{content}}}',
  'generic-block-header': '@\n',
  'generic-line': '{{lineNumber}} {{type}}\t{{{content}}}\n',
  'side-by-side-file-diff': '{{{diffs.left}}}\0{{{diffs.right}}}',
};

/** The part of a line from which on it is another line: marks on nearly every word help nobody. */
const MOSTLY = 0.7;

/** The rows of each hunk of a patch, lines that belong together beside each other. */
export function diffRows(patch: StructuredPatch): DiffRow[][] {
  if (patch.hunks.length === 0) return [];
  const text = html([asDiffFile(patch)], {
    outputFormat: 'side-by-side',
    matching: 'lines',
    drawFileList: false,
    rawTemplates,
  });
  const [left = [], right = []] = text.split('\0').map((side) => side.split('\n'));
  const hunks: DiffRow[][] = [];
  for (const [at, line] of left.entries()) {
    if (line === '@') hunks.push([]);
    else if (line !== '') {
      const [before, after] = [asCell(line), asCell(right[at] ?? '')];
      hunks.at(-1)?.push({ before, after, changed: !/^\d+ d2h-cntx\t/.test(line) });
    }
  }
  return hunks;
}

function asCell(line: string): DiffCell | undefined {
  const number = Number.parseInt(line, 10);
  if (Number.isNaN(number)) return undefined;
  const marks: [number, number][] = [];
  let end = 0;
  for (const [part, tag, inner] of line.slice(line.indexOf('\t') + 1).matchAll(/<(ins|del)>(.*?)<\/\1>|[^<]+/g)) {
    const start = end;
    end += (inner ?? part).replaceAll(/&[^;]+;/g, '.').length;
    if (tag !== undefined) marks.push([start, end]);
  }
  const marked = marks.reduce((sum, [start, stop]) => sum + stop - start, 0);
  return { line: number, marks: marked > end * MOSTLY ? [] : marks };
}

function asDiffFile({ oldFileName = '', newFileName = '', hunks }: StructuredPatch): DiffFile {
  const file = { oldName: oldFileName, newName: newFileName, language: '', isCombined: false, isGitDiff: false };
  const blocks = hunks.map(({ oldStart, newStart, lines }) => {
    let [oldNumber, newNumber] = [oldStart, newStart];
    const numbered = lines.flatMap((content): object[] => {
      if (content.startsWith('+')) return [{ type: 'insert', newNumber: newNumber++, content }];
      if (content.startsWith('-')) return [{ type: 'delete', oldNumber: oldNumber++, content }];
      if (content.startsWith('\\')) return []; // no newline at the end of a file: nothing to read
      return [{ type: 'context', oldNumber: oldNumber++, newNumber: newNumber++, content }];
    }) as ({ type: LineType } & DiffLine)[];
    return { oldStartLine: oldStart, newStartLine: newStart, header: '', lines: numbered };
  });
  return { ...file, blocks, addedLines: 0, deletedLines: 0 };
}
