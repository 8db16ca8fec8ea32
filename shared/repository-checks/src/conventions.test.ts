import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '@practical-signalr/course';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const allSources = files.filter((file) => /\.(ts|mjs|js)$/.test(file));
const sources = allSources.filter((file) => !file.includes('/player/'));

test('at most twelve files in the root', () => {
  const inRoot = files.filter((file) => !file.includes('/') && !file.startsWith('.'));
  expect(inRoot.length).toBeLessThanOrEqual(12);
});
test('the only folders in the root are lessons, shared, slides and dot folders', () => {
  const folders = files.flatMap((file) =>
    file.includes('/') ? [file.split('/', 1)[0] ?? ''] : [],
  );
  const visible = new Set(folders.filter((folder) => !folder.startsWith('.')));
  expect([...visible].sort()).toEqual(['lessons', 'shared', 'slides']);
});
test('no folder has more than 15 source files, tests not counted', () => {
  const counts = new Map<string, number>();
  for (const file of sources.filter((each) => !/\.(test|d|config)\.(ts|js|mjs)$/.test(each)))
    counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > 15)).toEqual([]);
});
test('files have kebab-case names that describe their content', () => {
  const name = /^[a-z\d]+(-[a-z\d]+)*(\.(test|d|config))*\.(ts|mjs|js)$/;
  expect(sources.filter((file) => !name.test(basename(file)))).toEqual([]);
  expect(
    sources.filter((file) => /\/(utils?|helpers?|common|types|misc)\.(ts|mjs|js)$/.test(file)),
  ).toEqual([]);
});
test('no file is over 400 lines, the median is under 110', () => {
  const lengthOf = (file: string): number =>
    readFileSync(join(root, file), 'utf8').split('\n').length;
  expect(allSources.filter((file) => lengthOf(file) > 400)).toEqual([]);
  const sorted = sources.map(lengthOf).sort((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(110);
});
test('lines have at most 100 columns, except strings and addresses that cannot be broken', () => {
  const isTooLong = (line: string): boolean =>
    line.length > 100 &&
    !/https?:/.test(line) &&
    (/^\s*(\/\/|\/?\*)/.test(line) || !/['"`/]/.test(line));
  const longLines = sources.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, index) => (isTooLong(line) ? [`${file}:${index + 1}`] : [])),
  );
  expect(longLines).toEqual([]);
});
test('each example has 60 to 150 lines with its page, without tests and configuration', () => {
  const lengths: Record<string, number> = {};
  for (const file of files.filter((each) =>
    /^shared\/examples\/.*\.(ts|tsx|html|css)$/.test(each),
  )) {
    if (/\/test\/|\.config\.ts$/.test(file)) continue;
    const [, , example = ''] = file.split('/');
    const lines = readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length;
    lengths[example] = (lengths[example] ?? 0) + lines;
  }
  expect(Object.keys(lengths).length).toBeGreaterThanOrEqual(3);
  const wrong = Object.entries(lengths).filter(([, length]) => length < 60 || length > 150);
  expect(wrong).toEqual([]);
});
test('words have the American spelling of the API: canceled, color, behavior', () => {
  // The recorded scenarios and the hub that answers them keep what was recorded.
  const isRecorded = (file: string): boolean => /conformance-hub|\/recordings/.test(file);
  const british =
    /cancell(ed|ing)|colour|behaviour|honour|neighbour|serialis|normalis|organis|modelled|judgement|licence/i;
  const texts = files.filter((file) => /\.(ts|md|css|html|svg)$/.test(file) && !isRecorded(file));
  const found = texts.filter(
    (file) =>
      !file.endsWith('conventions.test.ts') && british.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(found).toEqual([]);
});
