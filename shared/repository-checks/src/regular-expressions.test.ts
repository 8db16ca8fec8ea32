import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@practical-signalr/course';
import { expect, test } from 'vitest';
import { findRegularExpressions, hasNestedRepetition } from './regular-expressions.ts';

/**
 * Patterns with a repetition in a repetition that were reviewed: each inner repetition ends in
 * exactly one place, because the next character cannot belong to it. All read files of the
 * repository only.
 */
const reviewed = [
  String.raw`<h1[^>]*>(<[^>]+>)*Your topic: a test<`,
  String.raw`^(?:(\d+)-)?([a-z][a-z\d]*(?:-[a-z\d]+)*)$`,
  '^((?:`[^`]+`(?:,\\s*)?)+):\\s+(.+)$',
  String.raw`^### (?:.+)\n\n(?:(?!>|#).+\n)*`,
  String.raw`^[a-z\d]+(-[a-z\d]+)*(\.(test|d|config))*\.(ts|mjs|js)$`,
  '((?:^(?!\\s*```).*\\n)+)\\s*```(?:ts|cs|html|json)\\n([^]*?)```',
  '^\\| ((`\\w+`(, )?)+) \\|',
];

test('no regular expression of the repository can take exponential time', () => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => /(?<!\.d)\.(?:ts|tsx|js|mjs)$/.test(file));
  const all = files.flatMap((file) =>
    findRegularExpressions(file, readFileSync(join(root, file), 'utf8')),
  );
  expect(all.length).toBeGreaterThan(500);
  const nested = all.filter(({ pattern }) => hasNestedRepetition(pattern));
  expect(nested.filter(({ pattern }) => !reviewed.includes(pattern))).toEqual([]);
  // No entry of the list is left over.
  expect(reviewed.filter((one) => !nested.some(({ pattern }) => pattern === one))).toEqual([]);
});

test.each([
  ['(a+)*', true],
  ['(?:a|b+)+', true],
  ['(?<name>x{2,}){3,}', true],
  ['((a+)b)*', true],
  ['a+b*', false],
  ['(a)+b+', false],
  ['[(a+)*]+', false],
  [String.raw`\(a+\)*`, false],
  ['(?:a{1,3})*', false],
])('a repetition in a repetition is found: %s', (pattern, isNested) => {
  expect(hasNestedRepetition(pattern)).toBe(isNested);
});
