import { expect, test } from 'vitest';
import { hasNoDifference, ratioInterval } from './ratio-interval.ts';
import { studentQuantile } from './student-quantile.ts';

test('the interval of three ratios is the t-interval of their logarithms', () => {
  // ln 0.5, ln 0.6, ln 0.72: mean -0.5108, standard deviation 0.1823, t(2) = 4.303
  const interval = ratioInterval([0.5, 0.6, 0.72]);
  expect(interval?.ratio).toBeCloseTo(0.6, 6);
  expect(interval?.low).toBeCloseTo(0.6 / Math.exp((4.303 * Math.log(1.2)) / Math.sqrt(3)), 6);
  expect(interval?.high).toBeCloseTo(0.6 * Math.exp((4.303 * Math.log(1.2)) / Math.sqrt(3)), 6);
});

test('the inverse ratios have the inverse interval', () => {
  const ratios = [0.9, 1.3, 1.1, 0.8];
  const interval = ratioInterval(ratios);
  const inverse = ratioInterval(ratios.map((ratio) => 1 / ratio));
  expect(inverse?.low).toBeCloseTo(1 / (interval?.high as number), 9);
  expect(inverse?.high).toBeCloseTo(1 / (interval?.low as number), 9);
});

test('a single round has no finite interval, and no rounds have none', () => {
  expect(ratioInterval([0.5])).toEqual({ ratio: 0.5, low: 0, high: Infinity, rounds: 1 });
  expect(ratioInterval([])).toBeUndefined();
});

test('about 95 % of the intervals of noisy equal measurements contain 1', () => {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const noise = (): number =>
    Math.exp(0.1 * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()));
  let containing = 0;
  for (let i = 0; i < 2000; i++) {
    const interval = ratioInterval(Array.from({ length: 4 }, () => noise() / noise()));
    if (interval !== undefined && hasNoDifference(interval)) containing++;
  }
  expect(containing / 2000).toBeGreaterThan(0.93);
  expect(containing / 2000).toBeLessThan(0.97);
});

test('the quantile continues smoothly above the table', () => {
  expect([studentQuantile(1), studentQuantile(30)]).toEqual([12.706, 2.042]);
  expect(studentQuantile(31)).toBeCloseTo(2.0395, 2);
  expect(studentQuantile(1000)).toBeCloseTo(1.9623, 3);
});
