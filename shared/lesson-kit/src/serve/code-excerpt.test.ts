import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { codeExcerpt } from '../../vite/code-excerpt.js';
import { lessonBar } from '../../vite/lesson-bar.js';

const course = mkdtempSync(join(tmpdir(), 'course-'));
const folder = join(course, '02-second');
afterAll(() => rmSync(course, { recursive: true }));

function write(lesson: string, file: string, text: string): void {
  const path = join(course, lesson, file);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}
for (const lesson of ['01-first', '02-second', '03-third']) {
  write(lesson, 'server/main.ts', '');
  write(lesson, 'README.md', `# Lesson: ${lesson.slice(3)} & <more>\n`);
}
write('02-second', 'a.ts', 'const a = 1;\nuse({\n  key,\n});\nend();\n');
write('02-second', 'b.ts', 'const a = 1;\nuse({\n  key,\n  hook: <T>() => 0,\n});\nend();\n');

const rowsOf = (html: string): string[] =>
  [...html.matchAll(/<span class="(add|del|same)">([^<]*)<\/span>/g)].map(
    ([, kind, text]) => `${kind} ${text}`,
  );

test('an excerpt with a file before shows the changes and one line around them', () => {
  const html = codeExcerpt(folder, { file: 'b.ts', before: 'a.ts' });
  expect(rowsOf(html)).toEqual(['same   key,', 'add   hook: &lt;T&gt;() =&gt; 0,', 'same });']);
  expect(html).toContain('compared with a.ts');
});

test('an excerpt with a first text shows one statement, or the lines up to a last text', () => {
  expect(rowsOf(codeExcerpt(folder, { file: 'a.ts', from: 'use(' }))).toEqual([
    'same use({',
    'same   key,',
    'same });',
  ]);
  expect(rowsOf(codeExcerpt(folder, { file: 'a.ts', from: 'key', to: 'end' }))).toHaveLength(3);
});

test('an excerpt that does not fit its file any more is an error', () => {
  expect(() => codeExcerpt(folder, { file: 'c.ts' })).toThrow("'c.ts' of a <code-excerpt>");
  expect(() => codeExcerpt(folder, { file: 'a.ts', from: 'gone' })).toThrow("'gone' is in 0 lines");
  expect(() => codeExcerpt(folder, { file: 'a.ts', from: 'e' })).toThrow('exactly one line');
  expect(() => codeExcerpt(folder, { file: 'a.ts', from: 'key', to: 'const' })).toThrow("'const'");
});

test('the bar has the number, the title and the links of the lesson', () => {
  const html = lessonBar(folder, {});
  expect(html).toContain('2 / 3');
  expect(html).toContain('second &amp; &lt;more&gt;');
  expect([...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)).toEqual([
    '/lesson/readme',
    '/lesson/diff',
    '/lesson/slides',
    '/lesson/1',
    '/lesson/3',
    '/lesson/home',
  ]);
  write('02-second', 'lab/index.html', '');
  expect(lessonBar(folder, {})).toContain('<a href="/lab/">Lab</a>');
  expect(lessonBar(folder, { lab: '' })).toContain('<a href="/">Lesson</a>');
});
