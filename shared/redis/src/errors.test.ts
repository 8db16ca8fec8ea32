import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errors } from './errors.ts';

const page = new URL('../../docs/reference/errors.md', import.meta.url);
const [, table = ''] =
  /\n## Codes of redis\n([^]*?)(?:\n## |$)/.exec(readFileSync(page, 'utf8')) ?? [];
const rows = [...table.matchAll(/^\| `(ERR_[A-Z_]+)` \| (.+?) \| (.+?) \|$/gm)];

/**
 * One error of each factory. A factory that expects an error receives one; all others accept any
 * value.
 */
const samples = Object.values(errors).map((create) =>
  (create as (...values: unknown[]) => Error & { code: string })('a', 'b', new Error('c')),
);

test('the table of error codes in the documentation lists every code, and no other', () => {
  const listed = rows.map(([, code]) => String(code));
  expect(new Set(listed)).toEqual(new Set(samples.map(({ code }) => code)));
  expect(listed.length).toBe(samples.length);
});

test('every code is used only once', () => {
  expect(new Set(samples.map(({ code }) => code)).size).toBe(samples.length);
});

test('every message says what to do, unless it passes on a message that does', () => {
  const passing = ['UNAVAILABLE', 'REFUSED', 'NOT_SENT', 'GROUP_NOT_CHANGED'];
  const own = samples.filter(
    ({ code }) => !passing.includes(code.replace('ERR_SIGNALR_REDIS_', '')),
  );
  // A second sentence, or words that say what is needed.
  const without = own.filter(({ message }) => !/[.?] [A-Z]|must|need/.test(message));
  expect(without.map(({ code }) => code)).toEqual([]);
});

test.each(samples.map((error) => [error.code, error] as const))(
  '%s has a message of whole sentences',
  (_code, { message }) => {
    expect(message).toMatch(/^\S/);
    expect(message).not.toContain('undefined');
  },
);
