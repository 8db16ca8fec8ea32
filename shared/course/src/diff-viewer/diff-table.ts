import { extname } from 'node:path';
import { type CodeToken, highlightedLines } from '@practical-signalr/lesson-kit/highlight';
import type { Element } from 'hast';
import { h } from 'hastscript';
import type { DiffView } from './diff-choice.ts';
import { type DiffCell, type DiffRow, diffRows } from './diff-rows.ts';
import type { FileDiff } from '../lessons/lesson-diff.ts';

type Lines = readonly CodeToken[][];

/** The highlighted lines of one side, and the numbers of the lines that are the idea. */
interface Side {
  readonly lines: Lines;
  readonly ideaLines: ReadonlySet<number>;
}

const linesOf = (file: string, text: string): Lines =>
  highlightedLines(text, extname(file).slice(1));

/** How to show the changes of a file. */
export interface DiffTableOptions {
  readonly view: DiffView;
  /** The names of the columns. */
  readonly sides: readonly [before: string, after: string];
  /** The address that shows all lines. */
  readonly whole: string;
  /**
   * The numbers of the lines in the later file that are the idea. A bar marks them if they changed.
   */
  readonly ideaLines?: ReadonlySet<number> | undefined;
}

/** Returns the changes of one file as a table. */
export function diffTable(diff: FileDiff, options: DiffTableOptions): Element {
  const { view, sides, whole, ideaLines = new Set() } = options;
  const before: Side = {
    lines: linesOf(diff.renamedFrom ?? diff.file, diff.before),
    ideaLines: new Set(),
  };
  const after: Side = { lines: linesOf(diff.file, diff.after), ideaLines };
  // A new or removed file has only one side.
  const split = view === 'split' && diff.before !== '' && diff.after !== '';
  const columns = split
    ? sides.flatMap((side) => [
        head('lineno', `Line in ${side}`),
        head('sign', 'Change'),
        h('th', { scope: 'col' }, side),
      ])
    : [
        ...sides.map((side) => head('lineno', `Line in ${side}`)),
        head('sign', 'Change'),
        head('text', 'Code'),
      ];
  const hunks = diffRows(diff.patch);
  let changes = 0;
  let shown = 0;
  const body: Element[] = [];
  for (const rows of hunks) {
    const start = rows.find((row) => row.after)?.after?.line ?? shown + 1;
    if (start > shown + 1) body.push(gap(columns.length, start - shown - 1, whole));
    for (const run of runs(rows)) {
      const elements = split
        ? run.map((row) => splitRow(row, before, after))
        : unifiedRows(run, before, after);
      if (run[0]?.changed === true) {
        changes += 1;
        elements[0]!.properties.id = `${anchor(diff.file)}-${changes}`;
        elements[0]!.properties.dataChange = '';
        elements[0]!.properties.tabIndex = -1;
      }
      body.push(...elements);
    }
    shown = rows.findLast((row) => row.after)?.after?.line ?? shown;
  }
  const rest = diff.after.split('\n').length - 1 - shown;
  if (diff.after !== '' && rest > 0) body.push(gap(columns.length, rest, whole));
  return h('table', { className: ['code', split ? 'split' : 'unified', diff.state] }, [
    h('caption.visually-hidden', `What changes in ${diff.file}`),
    h('thead', [h('tr', columns)]),
    h('tbody', body),
  ]);
}

/** Returns a column head that only screen readers announce. */
const head = (kind: string, text: string): Element =>
  h('th', { scope: 'col', className: kind }, [h('span.visually-hidden', text)]);

/** Returns the id of a file on the page: its name without the characters that an id cannot have. */
export const anchor = (file: string): string => file.replaceAll(/\s/g, '_');

/** Groups consecutive rows that are all changed or all unchanged. */
function runs(rows: readonly DiffRow[]): DiffRow[][] {
  const found: DiffRow[][] = [];
  for (const row of rows) {
    const last = found.at(-1);
    if (last?.[0]?.changed === row.changed) last.push(row);
    else found.push([row]);
  }
  return found;
}

function unifiedRows(run: readonly DiffRow[], before: Side, after: Side): Element[] {
  const row = (kind: string, left: DiffCell | undefined, right: DiffCell | undefined): Element => {
    const code = right === undefined ? codeCell(left, before, kind) : codeCell(right, after, kind);
    return h('tr', { className: kind }, [lineCell(left), lineCell(right), signCell(kind), code]);
  };
  if (run[0]?.changed !== true) return run.map((same) => row('same', same.before, same.after));
  return [
    ...run.flatMap((changed) =>
      changed.before === undefined ? [] : [row('del', changed.before, undefined)],
    ),
    ...run.flatMap((changed) =>
      changed.after === undefined ? [] : [row('add', undefined, changed.after)],
    ),
  ];
}

function splitRow(row: DiffRow, before: Side, after: Side): Element {
  const side = (cell: DiffCell | undefined, code: Side, changed: string): Element[] => {
    const kindOfCell = row.changed ? changed : 'same';
    const kind = cell === undefined ? 'none' : kindOfCell;
    return [lineCell(cell, kind), signCell(kind), codeCell(cell, code, kind)];
  };
  return h('tr', { className: row.changed ? 'both' : 'same' }, [
    ...side(row.before, before, 'del'),
    ...side(row.after, after, 'add'),
  ]);
}

const lineCell = (cell: DiffCell | undefined, kind?: string): Element =>
  h('td', { className: ['lineno', kind ?? ''] }, cell === undefined ? '' : String(cell.line));

const signs: Record<string, string> = { add: '+', del: '−' };
const signCell = (kind: string): Element =>
  h('td', { className: ['sign', kind] }, signs[kind] ?? '');

function codeCell(cell: DiffCell | undefined, code: Side, kind: string): Element {
  if (cell === undefined) return h('td', { className: ['text', kind] });
  const tokens = code.lines[cell.line - 1] ?? [];
  const isIdea = kind === 'add' && code.ideaLines.has(cell.line);
  const className = ['text', kind, ...(isIdea ? ['key'] : [])];
  return h('td', { className }, partsOf(tokens, cell.marks, kind));
}

/** Splits each token where a mark starts or ends, because colors and marks overlap. */
function partsOf(
  tokens: readonly CodeToken[],
  marks: DiffCell['marks'],
  kind: string,
): (Element | string)[] {
  const cuts = marks.flat();
  let at = 0;
  return tokens.flatMap(({ text, className }) => {
    const start = at;
    at += text.length;
    const bounds = [start, ...cuts.filter((cut) => cut > start && cut < at), at];
    return bounds.slice(1).map((end, index) => {
      const from = bounds[index]!;
      const part = text.slice(from - start, end - start);
      const colored = className === undefined ? part : h('span', { className }, part);
      const marked = marks.some(([first, last]) => first <= from && end <= last);
      return marked ? h(kind === 'del' ? 'del' : 'ins', colored) : colored;
    });
  });
}

const gap = (columns: number, lines: number, whole: string): Element =>
  h('tr.gap', [
    h('td', { colSpan: columns }, [
      h('a', { href: whole }, `${lines} unchanged ${lines === 1 ? 'line' : 'lines'}`),
    ]),
  ]);
