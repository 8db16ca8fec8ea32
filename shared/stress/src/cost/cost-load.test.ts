import { expect, test } from 'vitest';
import { runCostLoad } from './cost-load.ts';

test('the cost of limits and of the admin page is measured for the same calls', async () => {
  const { tried, outcome } = await runCostLoad({ rounds: 1, calls: 1000 });
  expect(tried).toBe('1,000 calls of each server in 1 rounds');
  const time = String.raw`(-?\d+\.\d\d) µs`;
  const pattern = `^CPU time more for each call: ${time} with all limits \\(maximum 0.5 µs\\), ${time} with the admin page, ${time} for a second server without either; a call takes ${time}$`;
  const [, ...times] = new RegExp(pattern).exec(outcome) ?? [];
  expect(times).toHaveLength(4);
  expect(Number(times.at(-1))).toBeGreaterThan(0);
});
