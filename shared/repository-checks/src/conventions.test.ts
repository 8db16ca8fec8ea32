import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '@practical-signalr/course';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const sources = files.filter((file) => /\.(ts|mjs|js)$/.test(file) && !file.includes('/player/'));

test('at most twelve files in the root', () => {
  expect(files.filter((file) => !file.includes('/')).length).toBeLessThanOrEqual(12);
});
test('files are kebab-case and say what they hold', () => {
  const name = /^[a-z\d]+(-[a-z\d]+)*(\.(test|d|config))*\.(ts|mjs|js)$/;
  expect(sources.filter((file) => !name.test(basename(file)))).toEqual([]);
  expect(
    sources.filter((file) => /\/(utils?|helpers?|common|types|misc)\.(ts|mjs|js)$/.test(file)),
  ).toEqual([]);
});
test('no file is over 400 lines, the median is under 110', () => {
  const lengths = sources
    .map((file) => readFileSync(join(root, file), 'utf8').split('\n').length)
    .sort((a, b) => a - b);
  expect(lengths.at(-1)).toBeLessThanOrEqual(400);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(110);
});
/** The number of lines that are still too long. It may only become smaller. */
const LONG_LINES_LEFT = 720;
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
  expect(longLines.length, longLines.join('\n')).toBeLessThanOrEqual(LONG_LINES_LEFT);
});
