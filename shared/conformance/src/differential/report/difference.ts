import type { Case } from '../case.ts';
import { describeLine, type LineKind } from './line-kind.ts';

/** The first line that differs. */
export interface Difference {
  readonly expected: string;
  readonly actual: string;
  /**
   * The kind of the difference, without everything that changes from case to case. Differences are
   * grouped by it.
   */
  readonly kind: string;
}

const NOTHING = '(nothing more)';

/** Returns the first difference between two answers to a case, or undefined if they are equal. */
export function findDifference(
  test: Case,
  expectedLines: readonly string[],
  actualLines: readonly string[],
): Difference | undefined {
  const count = Math.max(expectedLines.length, actualLines.length);
  for (let i = 0; i < count; i++) {
    const expected = expectedLines[i] ?? NOTHING;
    const actual = actualLines[i] ?? NOTHING;
    if (expected !== actual)
      return { expected, actual, kind: describeKind(test, expected, actual) };
  }
  return undefined;
}

function describeKind(test: Case, expected: string, actual: string): string {
  const first = describeLine(expected);
  const second = describeLine(actual);
  // The method matters where values are compared, not where connections close or errors are worded.
  const areValues = first.isResult || second.isResult;
  const method = areValues ? (test.calls[first.id ?? second.id ?? ''] ?? '') : '';
  const kinds =
    first.text === second.text ? describeSpelling(first, second) : [first.text, second.text];
  return [test.grammar, method, ...kinds].join(' | ');
}

/** Describes the characters at which two lines of one kind begin to differ. */
function describeSpelling(first: LineKind, second: LineKind): readonly string[] {
  let at = 0;
  while (at < first.detail.length && first.detail[at] === second.detail[at]) at++;
  return [
    `${first.text} …${describeCharacter(first.detail, at)}`,
    `…${describeCharacter(second.detail, at)}`,
  ];
}

const CATEGORIES: readonly (readonly [string, RegExp])[] = [
  ['digit', /\d/],
  ['letter', /[A-Za-z]/],
  ['space', /\s/],
  ['letter beyond ASCII', /\p{L}/u],
  ['private use', /\p{Co}/u],
  ['unassigned', /\p{Cn}/u],
  ['format', /\p{Cf}/u],
  ['surrogate', /\p{Cs}/u],
];

function describeCharacter(text: string, at: number): string {
  if (at >= text.length) return 'end';
  const character = String.fromCodePoint(text.codePointAt(at) as number);
  const category = CATEGORIES.find(([, pattern]) => pattern.test(character));
  return category?.[0] ?? character;
}
