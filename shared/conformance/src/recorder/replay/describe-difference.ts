import type { Difference } from '../../compare-recordings.ts';

/** The maximum length of a value that is shown as a whole, in characters. */
const MAXIMUM_LENGTH = 400;
/** The number of characters of a longer value that are shown before the first difference. */
const BEFORE = 100;

/** Returns a difference as three lines. Of long values, it shows the part that differs. */
export function describeDifference({ at, expected, actual }: Difference): string {
  const [recorded, now] = [toText(expected), toText(actual)];
  let start = 0;
  while (start < recorded.length && recorded[start] === now[start]) start++;
  const show = (text: string): string => shorten(text, Math.max(0, start - BEFORE));
  return `${escapeControls(at)}\n  recorded ${show(recorded)}\n  now      ${show(now)}`;
}

const toText = (value: unknown): string =>
  value === undefined ? '(absent)' : escapeControls(JSON.stringify(value));

function shorten(text: string, start: number): string {
  if (text.length <= MAXIMUM_LENGTH) return text;
  const end = start + MAXIMUM_LENGTH;
  const before = start > 0 ? '…' : '';
  const after = end < text.length ? '…' : '';
  return `${before}${text.slice(start, end)}${after} (${text.length} characters)`;
}

/** Names in messages may contain characters that change what a terminal shows. */
const escapeControls = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });
