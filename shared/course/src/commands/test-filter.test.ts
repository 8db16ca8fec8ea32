import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../lessons/sections.ts';
import { testFilter } from './test-filter.ts';

const folder = 'shared/course/src/commands';

test.each([
  { path: `${folder}/test-filter.test.ts`, from: '.', filter: `${folder}/test-filter.test.ts` },
  { path: `${folder}/test-filter.ts`, from: '.', filter: `${folder}/test-filter.test.ts` },
  { path: folder, from: '.', filter: `${folder}/` },
  { path: 'src/commands/', from: 'shared/course', filter: `${folder}/` },
  { path: join(root, folder), from: 'slides', filter: `${folder}/` },
  { path: 'shared/course/pictures', from: '.', filter: undefined },
  { path: 'package.json', from: '.', filter: undefined },
  { path: 'no-such-file.ts', from: '.', filter: undefined },
])('the filter for $path in $from is $filter', ({ path, from, filter }) => {
  expect(testFilter(path, join(root, from), root)).toBe(filter);
});
