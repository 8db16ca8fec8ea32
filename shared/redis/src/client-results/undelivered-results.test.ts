import { expect, test } from 'vitest';
import { MAX_UNDELIVERED_BYTES, UndeliveredResults } from './undelivered-results.ts';

test('results are returned once, the oldest first', () => {
  const results = new UndeliveredResults();
  const [a, b] = ['a', 'b'].map((channel) => ({ channel, payload: Buffer.from('x') }));
  results.add(a as NonNullable<typeof a>);
  results.add(b as NonNullable<typeof b>);
  expect(results.takeAll()).toEqual([a, b]);
  expect([results.takeAll(), results.bytes]).toEqual([[], 0]);
});

test.each([0, 32_768])('results of %i bytes take limited memory, and the newest stay', (size) => {
  const results = new UndeliveredResults();
  const payload = Buffer.alloc(size);
  for (let i = 0; i < 200_000; i++) {
    results.add({ channel: `${i}`, payload });
    expect(results.bytes).toBeLessThanOrEqual(MAX_UNDELIVERED_BYTES);
  }
  const kept = results.takeAll();
  expect(kept.length).toBeGreaterThan((0.4 * MAX_UNDELIVERED_BYTES) / (size + 300));
  expect(kept.at(-1)?.channel).toBe('199999');
});
