import { expect, test } from 'vitest';
import { MAXIMUM_PAGES, UsedTokens } from './used-tokens.ts';

test('remembers the tokens of each issuer', () => {
  const used = new UsedTokens();
  for (const serial of [0, 1, 7, 8, 4095, 4096, 2 ** 40]) used.add('a', serial, 10);
  for (const serial of [0, 1, 7, 8, 4095, 4096, 2 ** 40]) {
    expect(used.has('a', serial), `${serial}`).toBe(true);
    expect(used.has('b', serial)).toBe(false);
  }
  for (const serial of [2, 9, 4094, 4097, 2 ** 40 + 1]) expect(used.has('a', serial)).toBe(false);
});

test('forgets a page when its last token has expired', () => {
  const used = new UsedTokens();
  used.add('a', 1, 10);
  used.add('a', 2, 20);
  used.removeExpired(10);
  expect(used.has('a', 1)).toBe(true);
  used.removeExpired(20);
  expect(used.has('a', 2)).toBe(false);
});

test('is full at the maximum number of pages, until a page expires', () => {
  const used = new UsedTokens();
  for (let page = 0; page < MAXIMUM_PAGES - 1; page++) used.add('a', page * 4096, 20);
  expect(used.isFull).toBe(false);
  used.add('b', 0, 10);
  expect(used.isFull).toBe(true);
  used.removeExpired(10);
  expect(used.isFull).toBe(false);
});

test('1,000,000 used tokens take less than 200 KB', () => {
  const used = new UsedTokens();
  for (let serial = 0; serial < 1_000_000; serial++) used.add('a', serial, 10);
  expect(used.isFull).toBe(false);
  expect(used.bytes).toBeLessThan(200_000);
});
