import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { diffLines } from 'diff';
import { escapeHtml } from './escape-html.js';

/** The number of unchanged lines before and after a change. */
const CONTEXT = 1;

/** @type {import('./code-excerpt.d.ts').codeExcerpt} */
export function codeExcerpt(folder, { file, before, from, to }) {
  if (file === undefined)
    throw new Error('A <code-excerpt> has no file. Add file="server/hub.ts".');
  const lines =
    before === undefined
      ? region(linesOf(folder, file), file, from, to).map((text) => ({ kind: 'same', text }))
      : changes(linesOf(folder, siblingOf(file, before)), linesOf(folder, file));
  const rows = withoutIndent(lines).map(
    ({ kind, text }) => `<span class="${kind}">${escapeHtml(text)}</span>`,
  );
  const compared = before === undefined ? '' : `<span>compared with ${escapeHtml(before)}</span>`;
  return `<figure class="excerpt"><figcaption><span>${escapeHtml(file)}</span>${compared}</figcaption><pre class="diff${before === undefined ? ' plain' : ''}">${rows.join('')}</pre></figure>`;
}

/**
 * A name without a folder is in the folder of the file.
 * @param {string} file
 * @param {string} name
 */
export const siblingOf = (file, name) =>
  name.includes('/') ? name : posix.join(posix.dirname(file), name);

/**
 * @param {string} folder
 * @param {string} file
 */
function linesOf(folder, file) {
  const path = join(folder, file);
  if (!existsSync(path)) {
    throw new Error(`The file '${file}' of a <code-excerpt> does not exist. Correct its path.`);
  }
  return readFileSync(path, 'utf8').replaceAll('\r\n', '\n').trimEnd().split('\n');
}

/**
 * @param {string[]} lines
 * @param {string} file
 * @param {string | undefined} from
 * @param {string | undefined} to
 */
function region(lines, file, from, to) {
  if (from === undefined) return lines;
  const starts = lines.flatMap((line, index) => (line.includes(from) ? [index] : []));
  const [start] = starts;
  if (start === undefined || starts.length > 1) {
    throw new Error(
      `The text '${from}' is in ${starts.length} lines of '${file}'. Use text that is in exactly one line.`,
    );
  }
  const end =
    to === undefined
      ? endOfStatement(lines, start)
      : lines.findIndex((line, index) => index >= start && line.includes(to));
  if (end === -1) {
    throw new Error(
      `The text '${to}' is not below '${from}' in '${file}'. Correct the attribute to.`,
    );
  }
  return lines.slice(start, end + 1);
}

/**
 * The formatter's indentation shows where a statement ends: lines that are indented deeper belong
 * to it, and the bracket that closes it.
 * @param {string[]} lines
 * @param {number} start
 */
function endOfStatement(lines, start) {
  const indent = indentOf(lines[start]);
  let end = start;
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index];
    if (line.trim() === '') continue;
    const isDeeper = indentOf(line) > indent;
    const opensOrCloses = indentOf(line) === indent && /^\s*[)\]}{]/.test(line);
    if (!isDeeper && !opensOrCloses) break;
    end = index;
  }
  return end;
}

/** @param {string} line */
const indentOf = (line) => line.length - line.trimStart().length;

/**
 * @param {string[]} before
 * @param {string[]} after
 */
function changes(before, after) {
  const lines = diffLines(`${before.join('\n')}\n`, `${after.join('\n')}\n`).flatMap(
    ({ value, added, removed }) => {
      const changed = added ? 'add' : 'del';
      const kind = added || removed ? changed : 'same';
      return value
        .replace(/\n$/, '')
        .split('\n')
        .map((text) => ({ kind, text }));
    },
  );
  return lines.filter((_line, index) =>
    lines
      .slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1)
      .some(({ kind }) => kind !== 'same'),
  );
}

/** @param {{ kind: string, text: string }[]} lines */
function withoutIndent(lines) {
  const indents = lines.filter(({ text }) => text.trim() !== '').map(({ text }) => indentOf(text));
  const indent = indents.length === 0 ? 0 : Math.min(...indents);
  return lines.map(({ kind, text }) => ({ kind, text: text.slice(indent) }));
}
