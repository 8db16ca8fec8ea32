import type { RateLimit } from './client-limits.ts';
import { TokenBucket } from './token-bucket.ts';

/**
 * The maximum number of buckets of one rate limit. If more keys are in use at the same time, the
 * bucket that was used least recently is removed, and its key starts with a full one.
 */
export const MAXIMUM_BUCKETS = 65_536;
/** How many old buckets are checked when a new one is added. */
const CHECKS_PER_BUCKET = 2;
/** How long a bucket keeps its place in the order when it is used, in ms. Moving it takes time. */
const ORDER_INTERVAL = 1000;

/** A bucket with the time at which it got its place in the order. */
interface OrderedBucket {
  readonly bucket: TokenBucket;
  orderedAt: number;
}

/**
 * The buckets of one rate limit by key, for example by user. A bucket outlives the connections of
 * its user, so that a new connection does not get new tokens. Full buckets are removed.
 */
export class TokenBuckets {
  readonly #limit: RateLimit;
  /** The buckets in the order of their last use, within {@link ORDER_INTERVAL}. */
  readonly #buckets = new Map<string, OrderedBucket>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token of a key. Returns false if there is none. */
  take(key: string, now: number): boolean {
    return this.#bucketOf(key, now).take(now);
  }

  /** Removes tokens of a key that another server has counted. */
  remove(key: string, tokens: number, now: number): void {
    this.#bucketOf(key, now).remove(tokens, now);
  }

  #bucketOf(key: string, now: number): TokenBucket {
    const known = this.#buckets.get(key);
    if (known === undefined) {
      this.#removeOld(now);
      const bucket = new TokenBucket(this.#limit, now);
      this.#buckets.set(key, { bucket, orderedAt: now });
      return bucket;
    }
    if (now - known.orderedAt >= ORDER_INTERVAL) {
      this.#buckets.delete(key);
      this.#buckets.set(key, known);
      known.orderedAt = now;
    }
    return known.bucket;
  }

  /** Removes the oldest buckets if they are full, or if there is no room for a new one. */
  #removeOld(now: number): void {
    let checks = CHECKS_PER_BUCKET;
    for (const [key, { bucket }] of this.#buckets) {
      const isCrowded = this.#buckets.size >= MAXIMUM_BUCKETS;
      if (!isCrowded && (checks === 0 || !bucket.isFull(now))) return;
      this.#buckets.delete(key);
      checks -= 1;
    }
  }
}
