import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ideaLines } from './idea-lines.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function lesson(excerpts: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lesson-'));
  folders.push(folder);
  const files = {
    'client/index.html': `<main>${excerpts}</main>`,
    'server/broken.ts': 'jwt({\n  key,\n});\n',
    'server/fixed.ts': 'jwt({\n  key,\n  events: {\n    hook,\n  },\n});\n',
    'server/hub.ts': "class Hub {\n  send() {\n    all('<a>');\n  }\n}\n",
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

test('an excerpt of a comparison marks the added lines', () => {
  const excerpt = '<code-excerpt file="server/fixed.ts" before="server/broken.ts"></code-excerpt>';
  expect(ideaLines(lesson(excerpt))).toEqual(new Map([['server/fixed.ts', new Set([3, 4, 5])]]));
});

test('an excerpt of one file marks the statement that it shows', () => {
  const excerpts =
    '<code-excerpt file="server/hub.ts" from="send()"></code-excerpt>' +
    '<code-excerpt file="server/hub.ts" from="&lt;a&gt;"></code-excerpt>';
  expect(ideaLines(lesson(excerpts))).toEqual(new Map([['server/hub.ts', new Set([2, 3, 4])]]));
});

test('an excerpt that does not fit its file marks nothing', () => {
  const excerpts =
    '<code-excerpt file="server/hub.ts" from="missing"></code-excerpt>' +
    '<code-excerpt file="server/missing.ts"></code-excerpt>';
  for (const lines of ideaLines(lesson(excerpts)).values()) expect(lines.size).toBe(0);
  expect(ideaLines('/nowhere')).toEqual(new Map());
});
