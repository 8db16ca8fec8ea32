import { expect, test } from 'vitest';
import { KeyCounts } from './key-counts.ts';

test('a key is counted until it was removed as often as it was added', () => {
  const counts = new KeyCounts();
  for (const key of ['a', 'a', 'b', undefined]) counts.add(key);
  expect(['a', 'b', undefined].map((key) => counts.count(key))).toEqual([2, 1, 0]);
  counts.remove('a');
  counts.remove(undefined);
  expect(['a', 'b'].map((key) => counts.count(key))).toEqual([1, 1]);
  for (const key of ['a', 'a', 'never']) counts.remove(key);
  counts.add('a');
  expect(counts.count('a')).toBe(1);
});
