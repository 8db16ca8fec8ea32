import { expect, test } from 'vitest';
import { highlightedLines } from './highlighted-lines.ts';

test('a template string over two lines has its color on both, and an unknown language is plain text', () => {
  const [first, second] = highlightedLines('const a = `one\ntwo`;', 'ts');
  expect(first?.at(-1)).toEqual({ text: 'one', className: 'token string' });
  expect(second?.[0]).toEqual({ text: 'two', className: 'token string' });
  expect(highlightedLines('a\nb', 'unknown').map((line) => line.map(({ text }) => text))).toEqual([
    ['a'],
    ['b'],
  ]);
  const broken = 'export class { ((( `';
  expect(
    highlightedLines(broken, 'ts')[0]
      ?.map(({ text }) => text)
      .join(''),
  ).toBe(broken);
});
