import { expect, test } from 'vitest';
import { describeDifference } from './describe-difference.ts';

test('a difference has its place and both values', () => {
  const difference = {
    at: 'connection 1, messages[4].result',
    expected: { a: 1 },
    actual: undefined,
  };
  expect(describeDifference(difference)).toBe(
    'connection 1, messages[4].result\n  recorded {"a":1}\n  now      (absent)',
  );
});

test('of long values, the part that differs is shown', () => {
  const expected = `${'a'.repeat(1_000_000)}b${'c'.repeat(1000)}`;
  const [, recorded = '', now = ''] = describeDifference({
    at: '',
    expected,
    actual: expected.replace('b', 'X'),
  }).split('\n');
  expect(recorded).toMatch(/^ {2}recorded …a{100}bc+… \(1001003 characters\)$/);
  expect(now).toMatch(/^ {2}now {6}…a{100}Xc+… \(1001003 characters\)$/);
  const [, ended = ''] = describeDifference({ at: '', expected: 'a', actual: expected }).split(
    '\n',
  );
  expect(ended).toBe('  recorded "a"');
});

test('control characters in names are escaped', () => {
  const difference = { at: 'result.\u001b[2J\u0085', expected: '\u009b', actual: 1 };
  expect(describeDifference(difference)).toBe(
    'result.\\u001b[2J\\u0085\n  recorded "\\u009b"\n  now      1',
  );
});
