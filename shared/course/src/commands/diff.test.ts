import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { diff } from './diff.ts';

const readme = `# Lesson 6: Authorization

**Goal.** Read the token
where the client puts it.

## What changed since the last lesson

- \`server/auth.ts\`: **the idea** itself
- \`client/main.ts\`: a token factory
- \`lab/\`: matrix, expiry
`;
const before = { 'client/main.ts': 'start\n', 'lab/main.ts': 'a\n', 'package.json': '{}\n' };
const after = {
  'README.md': readme,
  'client/main.ts': 'start(token)\n',
  'lab/main.ts': 'a\nb\n',
  'package.json': '{"a":1}\n',
  'server/auth.ts': 'token\n',
};
let lessons: string;
let printed: string;

beforeAll(() => {
  lessons = mkdtempSync(join(tmpdir(), 'diff-'));
  for (const [folder, files] of Object.entries({ '05-a': before, '06-b': after })) {
    for (const [file, text] of Object.entries({ 'server/main.ts': 'same\n', ...files })) {
      mkdirSync(dirname(join(lessons, folder, file)), { recursive: true });
      writeFileSync(join(lessons, folder, file), text);
    }
  }
});
afterAll(() => rmSync(lessons, { recursive: true }));
beforeEach(() => {
  printed = '';
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    printed += stripVTControlCharacters(text);
  });
});

test('begins with the goal, the size, its limit and the lab in one line', () => {
  expect(diff('5', '6', { lessons })).toBe(0);
  expect(printed.split('\n').slice(0, 5)).toEqual([
    'Lesson 5 to 6',
    'Read the token where the client puts it.',
    expect.stringMatching(
      /^5 changed lines in 3 files \(\+3 -2\); limit for this step: \d+ lines$/,
    ),
    'Lab, not part of this step (matrix, expiry): 1 changed line in 1 file (+1 -0). Add -- --lab to show it.',
    '',
  ]);
  expect(printed).not.toContain('lab/main.ts');
});

test('says that nothing differs between a lesson and itself', () => {
  expect(diff('6', '6', { lessons })).toBe(0);
  expect(printed).toBe('Lesson 6 to 6\nNothing differs.');
});

test('lists the files in the order of the README, the idea first and package.json last', () => {
  diff('5', '6', { lessons });
  const files = ['server/auth.ts', 'client/main.ts', 'package.json'];
  const [, list = '', ...patches] = printed.split('\n\n');
  expect(list.split('\n').map((row) => row.trim().split(/\s+/)[1])).toEqual(files);
  expect(list).toContain('new      the idea itself');
  expect(patches.map((patch) => patch.split(/[ \n]/)[0])).toEqual(files);
  expect(patches[0]).toBe(
    'server/auth.ts (new)\nLesson 6: the idea itself\n@@ line 1 → 1 @@\n+token',
  );
});

test('--lab shows the files of the lab after package.json', () => {
  diff('5', '6', { lessons, lab: true });
  expect(printed).toMatch(/\n 3 package\.json .*\n 4 lab\/main\.ts /);
  expect(printed).toMatch(/\nlab\/main\.ts\n@@ line 1 → 1 @@\n a\n\+b$/);
  expect(printed).not.toContain('--lab');
});

test('--stat prints no changes', () => {
  diff('5', '6', { lessons, stat: true });
  expect(printed).not.toContain('@@');
});

test('backwards, the title is the heading', () => {
  diff('6', '5', { lessons, stat: true });
  expect(printed).toMatch(/^Lesson 6 to 5\n5 changed lines in 3 files \(\+2 -3\)\n/);
});
