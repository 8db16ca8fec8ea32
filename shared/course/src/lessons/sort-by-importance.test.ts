import { expect, test } from 'vitest';
import type { ChangeReason } from './change-reasons.ts';
import { fileDiff } from './lesson-diff.ts';
import { sortByImportance } from './sort-by-importance.ts';

const reason = (...files: string[]): ChangeReason => ({
  lesson: 6,
  files,
  text: '',
  isIdea: false,
});
const added = (file: string) => fileDiff(undefined, file, '', 'text\n');

test('files have the order of the reasons, package.json is last', () => {
  const files = [
    'client/main.ts',
    'contract.ts',
    'package.json',
    'server/auth.ts',
    'server/hub.ts',
  ];
  const reasons = [
    reason('package.json'),
    reason('server/auth.ts', 'client/main.ts'),
    reason(),
    reason('server/hub.ts'),
  ];
  expect(sortByImportance(files.map(added), reasons).map(({ file }) => file)).toEqual([
    'server/auth.ts',
    'client/main.ts',
    'server/hub.ts',
    'contract.ts',
    'package.json',
  ]);
});

test('a renamed file has the place of either name', () => {
  const renamed = fileDiff('server/auth-fixed.ts', 'server/auth.ts', 'same\n', 'same\n');
  const sorted = sortByImportance(
    [added('client/main.ts'), renamed],
    [reason('server/auth-fixed.ts'), reason('client/main.ts')],
  );
  expect(sorted.map(({ file }) => file)).toEqual(['server/auth.ts', 'client/main.ts']);
});
