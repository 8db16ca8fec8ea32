import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@practical-signalr/course';
import { describe, expect, test } from 'vitest';
import { glossary } from './glossary.ts';
import { isUserFacing, passagesOf } from './user-facing-text.ts';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => isUserFacing(file) && existsSync(join(root, file)));

/** Returns `lessons/03-basics`, `shared/redis`, `slides`, or the name of a file in the root. */
const areaOf = (file: string): string =>
  /^(?:(?:lessons|shared)\/[^/]+|slides|[^/]+$)/.exec(file)?.[0] ?? file;

const areas = [...new Set(files.map(areaOf))].map((area) => ({
  area,
  filesOfArea: files.filter((file) => areaOf(file) === area),
}));

describe('user-facing text avoids the words of the glossary', () => {
  test.each(areas)('$area', ({ filesOfArea }) => {
    const found = filesOfArea.flatMap((file) =>
      passagesOf(file, readFileSync(join(root, file), 'utf8')).flatMap(({ line, text }) =>
        glossary.flatMap(({ pattern, instead }) => {
          const [word] = pattern.exec(text) ?? [];
          return word === undefined ? [] : [`${file}:${line}: '${word}' → ${instead}`];
        }),
      ),
    );
    expect(found).toEqual([]);
  });
});

test.each(glossary)('$instead: the pattern finds the sense that is avoided', (rule) => {
  expect(rule.found).toMatch(rule.pattern);
  for (const text of rule.allowed) expect(text).not.toMatch(rule.pattern);
});

test('passages of Markdown have no code and no addresses', () => {
  const text =
    'A `told` word.\n\n```ts\ntold();\n```\n\n[text](https://told.example)\n<b title="told">x</b>';
  expect(passagesOf('README.md', text).map(({ line, text: passage }) => [line, passage])).toEqual([
    [1, 'A   word.'],
    [7, '[text]'],
    [8, 'x'],
  ]);
});

test('code with backticks ends at as many backticks as it starts with', () => {
  const text = '- `` a ` told `` word\n\nA passage, then `told`.';
  expect(passagesOf('README.md', text).map(({ line, text: passage }) => [line, passage])).toEqual([
    [1, '-   word'],
    [3, 'A passage, then  .'],
  ]);
});

test('passages of a page are its texts, labels and titles', () => {
  const html = '<!-- told -->\n<button title="Stop it">Go</button>\n<code>told</code><p>Text</p>';
  const passages = passagesOf('lessons/03-basics/client/index.html', html);
  expect(passages.map(({ text }) => text.replaceAll(/\s+/g, ' '))).toEqual(['Stop it Go', 'Text']);
});

test('passages of a source file are its strings with several words', () => {
  const source =
    "// told you\nthrow new Error('Port is in use');\nconst told = `${a} is told`;\n'told'";
  expect(passagesOf('shared/redis/src/errors.ts', source)).toEqual([
    { file: 'shared/redis/src/errors.ts', line: 2, text: 'Port is in use' },
    { file: 'shared/redis/src/errors.ts', line: 3, text: 'X is told' },
  ]);
});
