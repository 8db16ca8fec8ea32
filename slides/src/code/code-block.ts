import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type CodeToken, highlightedLines } from '@practical-signalr/lesson-kit/highlight';
import { diffLines } from 'diff';
import { errorTexts } from '../error-texts.ts';
import { escapeHtml } from '../escape-html.ts';
import { sourceRegion } from './source-region.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The languages of blocks that need no source file: output, messages on the wire, commands. */
const literal = new Set(['text', 'json', 'sh', 'http']);

/**
 * Returns the HTML of a fenced block. The words after the language say what the block shows:
 * - none: the block itself, only for `text`, `json`, `sh` and `http`.
 * - a file: its regions, one per line of the block (see {@link sourceRegion}), or the whole file if
 *   the block is empty.
 * - two files: how the second one differs from the first one.
 * @throws Error that names the file or the region that is missing.
 */
export function codeBlock(info: string, body: string): string {
  const [language = 'text', file, other] = info.split(/\s+/).filter((word) => word !== '');
  if (file === undefined) {
    if (!literal.has(language)) throw new Error(errorTexts.codeWithoutSource(language));
    return block('', highlightedLines(body.trimEnd(), language).map(codeLine));
  }
  if (other !== undefined)
    return block(`${file} → ${other.split('/').at(-1)}`, difference(file, other, language));
  const source = read(file).trimEnd();
  // The whole file is highlighted: a method on its own would get other colors.
  const lines = highlightedLines(source, language);
  const regions = body.split('\n').filter((line) => line.trim() !== '');
  if (regions.length === 0) return block(file, lines.map(codeLine));
  const parts = regions.map((region) => {
    const { start, end, indent } = sourceRegion(source, file, region);
    return lines.slice(start, end + 1).map((line) => codeLine(cut(line, indent)));
  });
  return block(
    file,
    parts.flatMap((part, index) => (index === 0 ? part : [codeLine([]), ...part])),
  );
}

function difference(before: string, after: string, language: string): CodeLine[] {
  const lines = [read(before), read(after)].map((source) => highlightedLines(source, language));
  const at = [0, 0];
  return diffLines(read(before), read(after)).flatMap(({ count, added, removed }) => {
    const otherKind = removed ? 'del' : 'same';
    const kind = added ? 'add' : otherKind;
    const from = removed ? 0 : 1;
    const part = lines[from]!.slice(at[from], at[from]! + count);
    if (!added) at[0]! += count;
    if (!removed) at[1]! += count;
    return part.map((line) => ({ ...codeLine(line), kind }));
  });
}

/** Returns the line without its first `count` characters. */
function cut(line: readonly CodeToken[], count: number): CodeToken[] {
  return line.flatMap(({ text, className }) => {
    const rest = text.slice(count);
    count = Math.max(0, count - text.length);
    return rest === '' ? [] : [{ text: rest, className }];
  });
}

interface CodeLine {
  readonly text: string;
  readonly html: string;
  readonly kind?: string;
}

function codeLine(tokens: readonly CodeToken[]): CodeLine {
  const html = tokens.map(({ text, className }) =>
    className === undefined
      ? escapeHtml(text)
      : `<span class="${className.replace('token ', '')}">${escapeHtml(text)}</span>`,
  );
  return { text: tokens.map(({ text }) => text).join(''), html: html.join('') };
}

/** The maximum size of a block that is shown with larger letters. */
const LARGE = { lines: 12, characters: 64 };

function block(caption: string, lines: readonly CodeLine[]): string {
  const source = caption === '' ? '' : `<figcaption>${caption}</figcaption>`;
  const large =
    lines.length <= LARGE.lines && lines.every(({ text }) => text.length <= LARGE.characters);
  const code = lines.map(({ text, html, kind = '' }) => {
    // The rest of a line that is too long is indented further.
    const indent = text.length - text.trimStart().length;
    return `<span class="${kind}" style="--indent: ${indent}">${html}</span>`;
  });
  return `<figure class="code${large ? ' large' : ''}">${source}<pre><code>${code.join('\n')}</code></pre></figure>\n`;
}

/** Reads a file. Its path is relative to the root of the repository. */
function read(file: string): string {
  if (!existsSync(root + file)) throw new Error(errorTexts.sourceGone(file));
  return readFileSync(root + file, 'utf8').replaceAll('\r\n', '\n');
}
