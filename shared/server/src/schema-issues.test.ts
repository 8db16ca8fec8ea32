import { expect, test } from 'vitest';
import { formatIssues, formatPaths } from './schema-issues.ts';

test.each([
  [undefined, '$'],
  [[], '$'],
  [['items', 0, 'name'], 'items[0].name'],
  [[{ key: 'items' }, { key: 1 }], 'items[1]'],
])('the path %j is written as %s', (path, text) => {
  const issue = { message: 'wrong', ...(path === undefined ? {} : { path }) };
  expect(formatPaths([issue])).toBe(text);
  expect(formatIssues([issue])).toBe(text === '$' ? 'wrong' : `${text}: wrong`);
});

test('at most five issues are written', () => {
  const issues = Array.from({ length: 9 }, (_, i) => ({ message: `${i}.`, path: [i] }));
  expect(formatPaths(issues)).toBe('[0], [1], [2], [3], [4]');
  expect(formatIssues(issues)).toBe('[0]: 0. [1]: 1. [2]: 2. [3]: 3. [4]: 4.');
});
