import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type CodeToken, highlightedLines } from '@practical-signalr/lesson-kit/highlight';
import { diffLines } from 'diff';
import { errorTexts } from '../error-texts.ts';
import { escapeHtml } from '../escape-html.ts';
import { sourceRegion } from './source-region.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What is no code of ours, and so may stand in a deck as it is: output, messages on the wire, commands. */
const literal = new Set(['text', 'json', 'sh', 'http']);

/**
 * The HTML of a fenced block. What stands after the language says what the block shows:
 * nothing: the block itself, for `text`, `json`, `sh` and `http` only;
 * a file: its regions, one for each line of the block (see {@link sourceRegion}), or all of it for an empty block;
 * two files: how the second differs from the first.
 * @throws Error that names the file or region that is gone.
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
  // All of the file, also for a part of it: a method alone would be coloured as what it is not.
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

/** The line without its first `count` characters. */
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

/** A block that is no longer and no wider than this has room for larger letters. */
const LARGE = { lines: 12, characters: 64 };

function block(caption: string, lines: readonly CodeLine[]): string {
  const source = caption === '' ? '' : `<figcaption>${caption}</figcaption>`;
  const large =
    lines.length <= LARGE.lines && lines.every(({ text }) => text.length <= LARGE.characters);
  const code = lines.map(({ text, html, kind = '' }) => {
    // A line that is too long goes on a little further in than it began.
    const indent = text.length - text.trimStart().length;
    return `<span class="${kind}" style="--indent: ${indent}">${html}</span>`;
  });
  return `<figure class="code${large ? ' large' : ''}">${source}<pre><code>${code.join('\n')}</code></pre></figure>\n`;
}

/** The source of a file, named from the top of the repository. */
function read(file: string): string {
  if (!existsSync(root + file)) throw new Error(errorTexts.sourceGone(file));
  return readFileSync(root + file, 'utf8').replaceAll('\r\n', '\n');
}
