import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { changeReasons, reasonHtml } from './change-reasons.ts';
import { compare, reasonsFor } from './comparison.ts';
import { lessonSteps } from './lesson-budgets.ts';
import { lessonFolder } from './sections.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function readme(text?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lesson-'));
  folders.push(folder);
  if (text !== undefined) writeFileSync(join(folder, 'README.md'), text);
  return folder;
}

test('reads files, reasons, the idea, and remarks on the whole step', () => {
  const text = [
    '# Lesson 4\n\n- `not/this.ts`: before the list\n',
    '## What changed since the last lesson\n',
    '- `server/hub.ts`: four methods: `a` and\n  `b`',
    '- `client/main.ts`, `contract.ts`: both',
    '- `server/main.ts`: **The idea** too',
    '- gone: the old hub\n',
    'The page stays.\n',
    '## Differs from the video\n\n- `nor/this.ts`: after it',
  ].join('\n');
  expect(changeReasons(4, readme(text))).toEqual([
    { lesson: 4, files: ['server/hub.ts'], text: 'four methods: `a` and `b`', isIdea: true },
    { lesson: 4, files: ['client/main.ts', 'contract.ts'], text: 'both', isIdea: false },
    { lesson: 4, files: ['server/main.ts'], text: '**The idea** too', isIdea: true },
    { lesson: 4, files: [], text: 'gone: the old hub', isIdea: false },
    { lesson: 4, files: [], text: 'The page stays.', isIdea: false },
  ]);
});

test('a README without the section, or no README, gives no reasons', () => {
  expect(changeReasons(4, readme('# Lesson 4'))).toEqual([]);
  expect(changeReasons(4, readme())).toEqual([]);
});

test('a reason is Markdown; HTML and scripts in it are text', () => {
  expect(reasonHtml('`a` <img src=x onerror=alert(1)>')).toBe(
    '<code>a</code> &lt;img src=x onerror=alert(1)&gt;',
  );
  expect(reasonHtml('[x](javascript:alert(1))')).not.toContain('href');
});

test.each(
  lessonSteps.filter(({ from, to }) =>
    [from, to].every((number) => lessonFolder(number) !== undefined),
  ),
)(
  "the README of lesson $to gives a reason for each of the step's files that exists",
  ({ from, to }) => {
    const comparison = compare(String(from), String(to));
    const unexplained = comparison.files.filter(
      (diff) => diff.state !== 'removed' && reasonsFor(diff, comparison).length === 0,
    );
    expect(unexplained.map(({ file }) => file)).toEqual([]);
  },
);

test('a comparison over several steps has the reasons of each step, in order', () => {
  const comparison = compare('3', '5');
  const diff = comparison.files.find(({ file }) => file === 'server/main.ts');
  expect(diff && reasonsFor(diff, comparison).map(({ lesson }) => lesson)).toEqual([4, 5]);
});
