import { expect, test } from 'vitest';
import { ReturnTime } from './return-time.ts';

test('clients that need long are expected to need long, and quick ones to be quick', () => {
  const time = new ReturnTime();
  expect(time.maximum).toBe(1000);
  for (let n = 0; n < 100; n++) time.measured(n % 2 === 0 ? 1500 : 1700);
  expect(time.maximum).toBeGreaterThan(1700);
  expect(time.maximum).toBeLessThan(3500);
  for (let n = 0; n < 100; n++) time.measured(20);
  expect(time.maximum).toBe(250);
  time.measured(60_000);
  expect(time.maximum).toBe(5000);
});

test('as long as no client has returned, the wait becomes shorter once for each round', () => {
  const time = new ReturnTime();
  for (let n = 0; n < 128; n++) time.missed(1000);
  expect(time.maximum).toBe(500);
  for (const maximum of [500, 250, 250]) time.missed(maximum);
  expect(time.maximum).toBe(250);
  time.measured(400);
  expect(time.maximum).toBe(1200);
  time.missed(1200);
  expect(time.maximum).toBe(1200);
});
