import { expect, test } from 'vitest';
import type { Logger } from '@practical-signalr/server/scale-out';
import { chooseRetryDelay } from './choose-retry-delay.ts';

function choose(retryDelay: (failures: number) => unknown) {
  const lines: string[] = [];
  const error: Logger['error'] = (...line) => void lines.push(line.join(' '));
  const logger = { error } as Logger;
  const ms = chooseRetryDelay(retryDelay as (failures: number) => number, 3, logger);
  return { ms, lines };
}

test.each([0, 1, 2.5, 2 ** 31 - 1])('the function of the app returns %s ms', (ms) => {
  expect(choose(() => ms)).toEqual({ ms, lines: [] });
});

test('the function receives the number of failures', () => {
  expect(choose((failures) => failures * 10)).toEqual({ ms: 30, lines: [] });
});

test.each([-1, Number.NaN, Infinity, 2 ** 31, '1000', undefined])(
  'the function returns %s, which is no time, so the default delay is used',
  (value) => {
    const { ms, lines } = choose(() => value);
    expect(ms).toBeGreaterThanOrEqual(4000);
    expect(ms).toBeLessThanOrEqual(5000);
    expect(lines).toEqual([
      `The option 'retryDelay' returned '${String(value)}', so the SDK uses the default delay. Return a time in ms from 0 to 2147483647.`,
    ]);
  },
);

test('the function throws, so the default delay is used', () => {
  const { ms, lines } = choose(() => {
    throw new Error('No delay.');
  });
  expect(ms).toBeGreaterThanOrEqual(4000);
  expect(lines).toEqual([
    "The option 'retryDelay' threw an error, so the SDK uses the default delay. Correct the function. Error: No delay.",
  ]);
});
