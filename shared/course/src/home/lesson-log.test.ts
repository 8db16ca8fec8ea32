import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { LogLines } from './home-contract.ts';
import { LessonLog } from './lesson-log.ts';

const lines = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `line ${from + i}`);
const next = async (log: AsyncGenerator<LogLines>): Promise<LogLines> =>
  (await log.next()).value as LogLines;

test('keeps the last 200 lines with up to 2,000 characters each, without colors', () => {
  const log = new LessonLog();
  for (const line of lines(1000)) log.add(line);
  log.add(`\u001b[31mred\u001b[0m${'x'.repeat(5000)}`);
  expect(log.lines).toHaveLength(200);
  expect(log.lines.at(-1)).toBe(`red${'x'.repeat(1997)}`);
});

test('a line without an end is dropped, and the following lines are read', async () => {
  const log = new LessonLog();
  const output = new PassThrough();
  const seen = new Promise<string>((resolve) =>
    log.read(output, (line) => line === 'after' && resolve(line)),
  );
  for (let i = 0; i < 40; i++) output.write('x'.repeat(64 * 1024));
  output.write('\nafter\n');
  expect(await seen).toBe('after');
  expect(log.lines.join('').length).toBeLessThan(2100);
});

test('characters and lines that arrive in several chunks are joined', async () => {
  const log = new LessonLog();
  const output = new PassThrough();
  const seen = new Promise((resolve) => log.read(output, resolve));
  const bytes = Buffer.from('größer\r\n');
  for (const byte of bytes) output.write(Buffer.of(byte));
  await seen;
  expect(log.lines).toEqual(['größer']);
});

test('a follower gets the existing lines, then new lines, each once', async () => {
  const log = new LessonLog();
  log.add('before');
  const end = new AbortController();
  const follower = log.follow(end.signal);
  expect(await next(follower)).toEqual({ reset: true, lines: ['before'] });
  log.add('at once');
  expect(await next(follower)).toEqual({ reset: false, lines: ['at once'] });
  const waiting = next(follower);
  log.add('later');
  expect(await waiting).toEqual({ reset: false, lines: ['later'] });
  const ended = follower.next();
  end.abort();
  expect(await ended).toEqual({ done: true, value: undefined });
});

test('a follower gets a reset when the log is cleared, also if lines were added since', async () => {
  const log = new LessonLog();
  log.add('of the first run');
  const follower = log.follow(new AbortController().signal);
  await next(follower);
  log.clear();
  log.add('of the second run');
  expect(await next(follower)).toEqual({ reset: true, lines: ['of the second run'] });
});

test('a follower that is too slow gets the last lines with a reset', async () => {
  const log = new LessonLog();
  const follower = log.follow(new AbortController().signal);
  await next(follower);
  for (const line of lines(1000)) log.add(line);
  expect(await next(follower)).toEqual({ reset: true, lines: lines(200, 800) });
});
