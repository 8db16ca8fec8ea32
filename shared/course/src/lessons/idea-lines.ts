import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { codeExcerpt } from '@practical-signalr/lesson-kit/code-excerpt';
import { diffLines } from 'diff';

type Attributes = Readonly<Record<string, string>>;

/**
 * Returns the numbers of the lines that the page of a lesson shows as code excerpts, by file. They
 * are the lines of the lesson's idea. An excerpt that does not fit its file is ignored, so that a
 * lesson can be compared while it is edited.
 */
export function ideaLines(folder: string): ReadonlyMap<string, ReadonlySet<number>> {
  const page = join(folder, 'client/index.html');
  const html = existsSync(page) ? readFileSync(page, 'utf8') : '';
  const found = new Map<string, Set<number>>();
  for (const [, text = ''] of html.matchAll(/<code-excerpt\s([^>]*)>/g)) {
    const attributes = readAttributes(text);
    const { file = '' } = attributes;
    const lines = found.get(file) ?? new Set();
    for (const line of linesOfExcerpt(folder, attributes)) lines.add(line);
    found.set(file, lines);
  }
  return found;
}

function linesOfExcerpt(folder: string, attributes: Attributes): number[] {
  const { file = '', before } = attributes;
  if (!existsSync(join(folder, file)) || file === '') return [];
  const text = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n');
  if (before === undefined) return linesOfRegion(folder, attributes, text.split('\n'));
  const sibling = before.includes('/') ? before : posix.join(dirname(file), before);
  if (!existsSync(join(folder, sibling))) return [];
  return addedLines(readFileSync(join(folder, sibling), 'utf8').replaceAll('\r\n', '\n'), text);
}

/** Returns the numbers of the lines that only the second text has. */
function addedLines(before: string, after: string): number[] {
  const numbers: number[] = [];
  let line = 1;
  for (const { added, removed, count } of diffLines(before, after)) {
    if (added) numbers.push(...Array.from({ length: count }, (_, index) => line + index));
    if (!removed) line += count;
  }
  return numbers;
}

/** Returns the numbers of the lines that an excerpt of one file shows. */
function linesOfRegion(folder: string, attributes: Attributes, lines: readonly string[]): number[] {
  let html: string;
  try {
    html = codeExcerpt(folder, attributes);
  } catch {
    return [];
  }
  const shown = [...html.matchAll(/<span class="same">([^]*?)<\/span>/g)];
  const texts = shown.map(([, text = '']) => unescapeHtml(text).trim());
  const start = lines.findIndex((_line, index) =>
    texts.every((text, offset) => lines[index + offset]?.trim() === text),
  );
  return start === -1 ? [] : texts.map((_text, offset) => start + offset + 1);
}

const readAttributes = (text: string): Attributes =>
  Object.fromEntries(
    [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      unescapeHtml(value),
    ]),
  );

const unescapeHtml = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
