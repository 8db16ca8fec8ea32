import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';
import { MAXIMUM_BUCKETS, TokenBuckets } from './token-buckets.ts';

const limit = { tokenLimit: 3, tokensPerSecond: 2 };

test('a bucket allows a burst, then the rate', () => {
  const bucket = new TokenBucket(limit, 0);
  const burst = [0, 0, 0, 0].map((now) => bucket.take(now));
  expect(burst).toEqual([true, true, true, false]);
  expect(bucket.take(499)).toBe(false);
  expect(bucket.take(500)).toBe(true);
  expect(bucket.take(500)).toBe(false);
});

test('a bucket never holds more than its limit', () => {
  const bucket = new TokenBucket(limit, 0);
  bucket.take(0);
  const later = [1e9, 1e9, 1e9, 1e9].map((now) => bucket.take(now));
  expect(later).toEqual([true, true, true, false]);
});

test('each key has a bucket of its own', () => {
  const buckets = new TokenBuckets({ tokenLimit: 1, tokensPerSecond: 1 });
  expect(buckets.take('ann', 0)).toBe(true);
  expect(buckets.take('ann', 0)).toBe(false);
  expect(buckets.take('bob', 0)).toBe(true);
});

test('full buckets are removed, and no other', () => {
  const buckets = new TokenBuckets({ tokenLimit: 1, tokensPerSecond: 1 });
  for (let user = 0; user < 100; user++) buckets.take(`user ${user}`, 0);
  expect(buckets.size).toBe(100);
  buckets.take('busy', 900);
  for (let user = 0; user < 100; user++) buckets.take(`other ${user}`, 1000);
  expect(buckets.size).toBe(101);
  expect(buckets.take('busy', 1000)).toBe(false);
});

test('the number of buckets has a limit', () => {
  const buckets = new TokenBuckets({ tokenLimit: 1, tokensPerSecond: 1 });
  for (let user = 0; user <= MAXIMUM_BUCKETS; user++) buckets.take(`user ${user}`, 0);
  expect(buckets.size).toBe(MAXIMUM_BUCKETS);
  expect(buckets.take(`user ${MAXIMUM_BUCKETS}`, 0)).toBe(false);
});

test('if there is no room, the bucket that was used longest ago is removed', () => {
  const buckets = new TokenBuckets({ tokenLimit: 1, tokensPerSecond: 1e-6 });
  for (let user = 0; user < MAXIMUM_BUCKETS; user++) buckets.take(`user ${user}`, 0);
  expect(buckets.take('user 0', 1000)).toBe(false);
  buckets.take('new', 1000);
  expect(buckets.size).toBe(MAXIMUM_BUCKETS);
  expect(buckets.take('user 0', 1000)).toBe(false);
  expect(buckets.take('user 1', 1000)).toBe(true);
});
