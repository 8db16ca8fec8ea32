import { errorTexts } from '../error-texts.ts';

/** Separates the first from the last statement of a region that has several. */
const TO = ' … ';

/**
 * Lines `start` to `end` of a file, both counted from 0. `indent` is the indentation of the first
 * one.
 */
export interface SourceRegion {
  readonly start: number;
  readonly end: number;
  readonly indent: number;
}

/**
 * Finds a region of a source file. It is named by text that is in exactly one line. It starts with
 * this line and ends with the statement that starts there. `first … last` ends with the statement
 * whose first line contains `last`. The source needs no marks, because the formatter's indentation
 * shows where a statement ends.
 * @throws Error that names the region if it is missing or not unique.
 * @example sourceRegion(text, 'server/hub.ts', 'async joinGroup')
 */
export function sourceRegion(source: string, file: string, region: string): SourceRegion {
  const lines = source.split('\n');
  const [first = '', last] = region.split(TO).map((text) => text.trim());
  const found = lines.flatMap((line, index) => (line.includes(first) ? [index] : []));
  const [start, ...others] = found;
  if (start === undefined) throw new Error(errorTexts.regionGone(file, region));
  if (others.length > 0) throw new Error(errorTexts.regionNotUnique(file, region, found.length));
  let end = start;
  if (last !== undefined) {
    end = lines.findIndex((line, index) => index > start && line.includes(last));
    if (end === -1) throw new Error(errorTexts.regionEndGone(file, region));
  }
  return { start, end: endOfStatement(lines, end), indent: indentOf(lines[start]!) };
}

/**
 * Returns the last line of the statement that starts at `start`: it includes deeper lines and the
 * closing bracket.
 */
function endOfStatement(lines: readonly string[], start: number): number {
  const indent = indentOf(lines[start]!);
  let end = start;
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (line === '') continue;
    const deeper = indentOf(line) > indent;
    const closes = indentOf(line) === indent && /^\s*[)\]}]/.test(line);
    if (!deeper && !closes) break;
    end = index;
  }
  return end;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
