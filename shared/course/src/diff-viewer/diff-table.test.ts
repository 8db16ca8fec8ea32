import { toHtml } from 'hast-util-to-html';
import { expect, test } from 'vitest';
import { fileDiff } from '../lessons/lesson-diff.ts';
import { diffRows } from './diff-rows.ts';
import { diffTable } from './diff-table.ts';

const before = "const a = 1;\nconst same = 2;\nsend('x', a < 3 && b);\nlast();\n";
const after = "const a = 1;\nconst same = 2;\nsend('x', a < 4 && b);\nmore();\nlast();\n";
const unified = { view: 'unified', sides: ['1', '2'], whole: '/whole' } as const;
const diff = fileDiff('a.ts', 'a.ts', before, after);

test('similar lines are next to each other, and their differences are marked', () => {
  const [rows = []] = diffRows(diff.patch);
  expect(
    rows.map(({ before: left, after: right, changed }) => [left?.line, right?.line, changed]),
  ).toEqual([
    [1, 1, false],
    [2, 2, false],
    [3, 3, true],
    [undefined, 4, true],
    [4, 5, false],
  ]);
  const text = before.split('\n')[2] ?? '';
  expect(rows[2]?.before?.marks.map(([start, end]) => text.slice(start, end))).toEqual(['3']);
});

test.each(['unified', 'split'] as const)(
  '%s: every line once, colors and marks overlap, code is escaped',
  (view) => {
    const html = toHtml(diffTable(diff, { view, sides: ['lesson 1', 'lesson 2'], whole: '#' }));
    expect(html).toContain(
      'a &#x3C; <ins><span class="token number">4</span></ins> &#x26;&#x26; b',
    );
    expect(html).toContain('<del><span class="token number">3</span></del>');
    expect(html.match(/<td class="sign add">/g)).toHaveLength(diff.added);
    expect(html.match(/<td class="sign del">/g)).toHaveLength(diff.removed);
    expect(html.match(/data-change/g)).toHaveLength(1);
  },
);

test('unchanged lines between changes are counted and can be shown', () => {
  const long = Array.from({ length: 30 }, (_, line) => `line ${line}\n`);
  const changed = long.with(10, 'other\n').with(25, 'another\n');
  const html = toHtml(diffTable(fileDiff('a', 'a', long.join(''), changed.join('')), unified));
  expect(
    [...html.matchAll(/<a href="\/whole">(\d+) unchanged lines?</g)].map(([, count]) => count),
  ).toEqual(['7', '8', '1']);
  const whole = fileDiff('a', 'a', long.join(''), changed.join(''), Number.MAX_SAFE_INTEGER);
  expect(toHtml(diffTable(whole, unified))).not.toContain('unchanged');
});

test.each(['unified', 'split'] as const)('%s: a bar marks changed lines of the idea', (view) => {
  const ideaLines = new Set([2, 4]);
  const html = toHtml(diffTable(diff, { ...unified, view, ideaLines }));
  expect(html.match(/<td class="text add key">.*?<\/td>/g)).toEqual([
    expect.stringContaining('more'),
  ]);
});
