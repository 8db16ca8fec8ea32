import { parseSync } from 'vite';

/** A regular expression in the code. */
export interface FoundRegularExpression {
  readonly file: string;
  readonly pattern: string;
  readonly flags: string;
}

/** Returns the regular expressions that a file contains as literals. */
export function findRegularExpressions(file: string, code: string): FoundRegularExpression[] {
  const { program, errors } = parseSync(file, code);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const found: FoundRegularExpression[] = [];
  const open: unknown[] = [program];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null) continue;
    const { type, regex } = node as { type?: unknown; regex?: { pattern: string; flags: string } };
    if (type === 'Literal' && regex) found.push({ file, ...regex });
    open.push(...Object.values(node));
  }
  return found;
}

/**
 * Returns whether a repetition without a maximum contains another one, as in `(a+)*`. Only such a
 * pattern can take exponential time, if the inner repetition can end in several places.
 */
export function hasNestedRepetition(pattern: string): boolean {
  /** For each open group, whether it contains a repetition. */
  const groups = [false];
  /** Whether the last atom contains a repetition. */
  let lastRepeats = false;
  const token = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<\w+>))?|\)|[*+]|\{\d+,\}|[^]/gy;
  for (const [text] of pattern.matchAll(token)) {
    if (text.startsWith('(')) groups.push(false);
    else if (text === ')') {
      lastRepeats = groups.pop() ?? false;
      if (lastRepeats) groups[groups.length - 1] = true;
    } else if (/^(?:[*+]|\{\d+,\})$/.test(text)) {
      if (lastRepeats) return true;
      groups[groups.length - 1] = true;
    } else lastRepeats = false;
  }
  return false;
}
