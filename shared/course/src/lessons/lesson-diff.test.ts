import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { diff } from '../commands/diff.ts';
import {
  CODE_LINE_BUDGET,
  filesOfEveryLesson,
  lessonSteps,
  MAXIMUM_FILES,
  README_WORD_BUDGET,
} from './lesson-budgets.ts';
import { changedLines, lessonDiff, lessonFiles } from './lesson-diff.ts';
import { lessonFolder, sections } from './sections.ts';

const lessons = sections.flatMap(({ number }) => {
  const folder = lessonFolder(number);
  return folder === undefined ? [] : [{ number, folder }];
});
const steps = lessonSteps.flatMap((step) => {
  const [from, to] = [lessonFolder(step.from), lessonFolder(step.to)];
  return from === undefined || to === undefined
    ? []
    : [{ ...step, from, to, name: `${step.from} to ${step.to}` }];
});

describe.each(lessons)('lesson $number', ({ folder }) => {
  test('has the files of every lesson', () => {
    const files = lessonFiles(folder, { all: true, part: 'both' });
    expect(files).toEqual(expect.arrayContaining([...filesOfEveryLesson]));
    const known = /^(client|server|lab|test|deploy)\/|^[^/]+$/;
    expect(files.filter((file) => !known.test(file))).toEqual([]);
    expect(files.some((file) => /^test\/.*\.test\.ts$/.test(file))).toBe(true);
  });

  test('vite.config.ts and tsconfig.json are identical, package.json differs in name and packages', () => {
    const first = lessons[0]?.folder ?? '';
    const read = (of: string, file: string): string => readFileSync(join(of, file), 'utf8');
    for (const file of ['vite.config.ts', 'tsconfig.json'])
      expect(read(folder, file)).toBe(read(first, file));
    const packageOf = (of: string): object => ({
      ...(JSON.parse(read(of, 'package.json')) as object),
      name: '',
      dependencies: {},
      devDependencies: {},
    });
    expect(packageOf(folder)).toEqual(packageOf(first));
  });

  test('package.json lists the packages that it imports', () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
    const code = lessonFiles(folder, { all: true, part: 'both' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const imported = code.flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/ from '((?:@[\w-]+\/)?[\w-]+)/g)].map(
        ([, name]) => name,
      ),
    );
    const needed = new Set(imported.filter((name) => name !== 'node' && name !== 'vitest'));
    const listed = Object.keys({ ...dependencies, ...devDependencies });
    const indirect = listed.filter(
      (name) => name === 'vite' || needed.has(name.replace('@types/', '')),
    );
    expect(new Set(listed)).toEqual(new Set([...needed, ...indirect]));
  });

  test('its server and client code can be read aloud in five minutes', () => {
    const code = lessonFiles(folder).filter((file) => /^(server|client)\/.*\.ts$/.test(file));
    const lines = code.map(
      (file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').length,
    );
    expect(lines.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(CODE_LINE_BUDGET);
  });

  test('its README can be read in five minutes', () => {
    const text = readFileSync(join(folder, 'README.md'), 'utf8').replace(
      /```[^]*?```|`[^`\n]*`|<[^>]*>/g,
      '',
    );
    expect(text.match(/\p{Letter}+/gu)?.length).toBeLessThan(README_WORD_BUDGET);
  });
});

test('every lesson except the first has a step', () => {
  expect(lessonSteps.map(({ to }) => to)).toEqual(lessons.slice(1).map(({ number }) => number));
});

// Not `describe.each`, which fails if there are no two neighboring lessons.
for (const { name, from, to, files, lines } of steps) {
  test(`lesson ${name} changes its list of files, within its lines`, () => {
    const changes = lessonDiff(from, to);
    expect(
      changes.map(({ file }) => file),
      'lesson-budgets.ts lists the files of this step',
    ).toEqual([...files].sort());
    expect(changedLines(changes)).toBeLessThanOrEqual(lines);
    expect(changes.length).toBeLessThanOrEqual(MAXIMUM_FILES);
  });
}

describe('lessonDiff and npm run diff', () => {
  const folders: string[] = [];
  afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

  const lesson = (files: Record<string, string>): string => {
    const folder = mkdtempSync(join(tmpdir(), 'lesson-'));
    folders.push(folder);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    return folder;
  };

  test('counts added and removed lines, without lab, tests, README and generated files', () => {
    const from = lesson({
      'a.ts': 'one\ntwo\nthree\n',
      'gone.ts': 'x\n',
      'same.ts': 'same\r\n',
      'README.md': 'a',
      'dist/a.js': '1',
      'lab/main.ts': 'one\n',
      'lab/dist/a.js': '1',
      'package-lock.json': '1',
      'test/a.test.ts': '1',
    });
    const to = lesson({
      'a.ts': 'one\n2\nthree\nfour\n',
      'server/new.ts': 'a\nb\n',
      'same.ts': 'same\n',
      'lab/main.ts': 'one\ntwo\n',
      'lab/new.ts': 'x\n',
      'README.md': 'b',
    });
    const changes = lessonDiff(from, to);
    expect(changes.map(({ file, state, added, removed }) => [file, state, added, removed])).toEqual(
      [
        ['a.ts', 'changed', 2, 1],
        ['gone.ts', 'removed', 0, 1],
        ['server/new.ts', 'new', 2, 0],
      ],
    );
    expect(changedLines(changes)).toBe(6);
    expect(lessonDiff(from, to, { all: true }).map(({ file }) => file)).toEqual([
      'README.md',
      'a.ts',
      'gone.ts',
      'server/new.ts',
      'test/a.test.ts',
    ]);
    expect(lessonDiff(to, to, { all: true })).toEqual([]);
    expect(lessonDiff(from, to, { part: 'lab' }).map(({ file }) => file)).toEqual([
      'lab/main.ts',
      'lab/new.ts',
    ]);
  });

  test.each([
    ['3', '99', 1],
    ['3', 'x', 1],
    ['3', '3', 0],
    ['6', 'broken-fixed', 0],
    ['5', 'broken-fixed', 1],
  ])('npm run diff %s %s exits with %i', (before, after, code) => {
    expect(diff(before, after, { stat: true })).toBe(code);
  });
});
