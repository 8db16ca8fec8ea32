import { expect, test } from 'vitest';
import { ID_LENGTH, randomId, randomIdBytes } from './random-ids.ts';

test('ids are unique, beyond those whose bytes are generated at once', () => {
  const ids = Array.from({ length: 1000 }, randomId);
  expect(new Set(ids).size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/);
});

test('the bytes of consecutive ids do not overlap', () => {
  const first = Buffer.from(randomIdBytes());
  const second = randomIdBytes();
  expect(first).toHaveLength(ID_LENGTH);
  expect(second).toHaveLength(ID_LENGTH);
  expect(second.equals(first)).toBe(false);
});
