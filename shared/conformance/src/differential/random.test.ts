import { expect, test } from 'vitest';
import { Random } from './random.ts';

const draw = (seed: number, index: number): number[] => {
  const random = new Random(seed, index);
  return Array.from({ length: 20 }, () => random.int(1000));
};

test('a seed and a number give the same choices on every run', () => {
  expect(draw(1, 2)).toEqual(draw(1, 2));
  expect(draw(1, 2)).not.toEqual(draw(1, 3));
  expect(draw(1, 2)).not.toEqual(draw(2, 2));
});

test('choices stay in their ranges', () => {
  const random = new Random(1, 1);
  for (let i = 0; i < 200; i++) {
    expect([3, 4, 5]).toContain(random.between(3, 5));
    expect(
      random.weighted([
        [0, 'never'],
        [1, 'always'],
      ]),
    ).toBe('always');
    expect(random.shuffle([1, 2, 3]).sort((a, b) => a - b)).toEqual([1, 2, 3]);
  }
});
