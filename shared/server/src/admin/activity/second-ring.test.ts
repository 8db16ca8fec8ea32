import { expect, test } from 'vitest';
import { LatencyHistogram } from './latency-histogram.ts';
import { HISTORY_SECONDS, SecondRing } from './second-ring.ts';

test('each second has its own counts, and seconds without events are empty', () => {
  let now = 5_000;
  const ring = new SecondRing(() => now);
  ring.addConnections(1);
  ring.addCall(now - 1);
  ring.addCall(now - 100);
  ring.addError();
  now = 7_500;
  ring.addConnections(1);
  ring.addConnections(1);
  ring.addConnections(-1);
  now = 8_000;
  const quiet = { calls: 0, errors: 0, p50: null, p99: null };
  expect(ring.read(5, 2)).toEqual([
    { ...quiet, connections: 0 },
    {
      calls: 2,
      errors: 1,
      p50: expect.closeTo(1, 0) as number,
      p99: expect.closeTo(90.5, 1) as number,
      connections: 1,
    },
    { ...quiet, connections: 1 },
    { ...quiet, connections: 2 },
    { ...quiet, connections: 2 },
  ]);
});

test('a second that is older than the history is forgotten', () => {
  let now = 0;
  const ring = new SecondRing(() => now);
  ring.addCall(now - 1);
  now = HISTORY_SECONDS * 1000;
  expect(ring.read(HISTORY_SECONDS, 0).every(({ calls }) => calls === 0)).toBe(true);
  ring.addCall(now - 1);
  const samples = ring.read(HISTORY_SECONDS * 2, 0);
  expect(samples).toHaveLength(HISTORY_SECONDS);
  expect(samples.map(({ calls }) => calls).filter((calls) => calls > 0)).toEqual([1]);
});

test.each([0, 0.001, 0.05, 0.4, 3, 12, 100, 950, 60_000, 1e9])(
  'the percentile of %d ms is exact within 25 %%',
  (duration) => {
    const histogram = new LatencyHistogram(2);
    expect(histogram.percentile(1, 0.5)).toBeNull();
    for (let i = 0; i < 100; i++) histogram.add(1, duration);
    const percentile = histogram.percentile(1, 0.5) ?? NaN;
    expect(percentile).toBeGreaterThan(0);
    if (duration >= 0.05 && duration < 300_000) {
      expect(percentile / duration).toBeGreaterThan(0.75);
      expect(percentile / duration).toBeLessThan(1.25);
    }
    histogram.clear(1);
    expect(histogram.percentile(1, 0.99)).toBeNull();
  },
);

test('the percentiles of a mixture separate the slow calls from the fast ones', () => {
  const histogram = new LatencyHistogram(1);
  for (let i = 0; i < 95; i++) histogram.add(0, 1);
  for (let i = 0; i < 5; i++) histogram.add(0, 1000);
  expect(histogram.percentile(0, 0.5)).toBeLessThan(2);
  expect(histogram.percentile(0, 0.99)).toBeGreaterThan(700);
});
