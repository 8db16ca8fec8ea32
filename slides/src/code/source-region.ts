import { errorTexts } from '../error-texts.ts';

/** Between the first and the last line of a region that is more than one statement. */
const TO = ' … ';

/** Lines `start` to `end` of a file, both counted from 0; `indent` is how far in the first one begins. */
export interface SourceRegion {
  readonly start: number;
  readonly end: number;
  readonly indent: number;
}

/**
 * Finds lines of a source file. A region is named by text that stands in its first line and nowhere else in the file; it reaches
 * to the end of the statement that begins there. `first … last` reaches to the end of the statement in whose first line `last`
 * stands. The source needs no marks for it: the formatter's indentation tells where a statement ends.
 * @throws Error that names the region when it is gone or not unique.
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

/** The last line of the statement that begins at `start`: what is indented deeper belongs to it, and the bracket that closes it. */
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
