import type { RateLimit } from './client-limits.ts';

/** Counts the tokens of one rate limit. Times are in ms of a monotonic clock. */
export class TokenBucket {
  readonly #limit: RateLimit;
  #tokens: number;
  #filledAt: number;

  constructor(limit: RateLimit, now: number) {
    this.#limit = limit;
    this.#tokens = limit.tokenLimit;
    this.#filledAt = now;
  }

  /** Takes a token. Returns false if there is none. */
  take(now: number): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Removes tokens that another server has counted. Then the bucket may hold less than none. */
  remove(tokens: number, now: number): void {
    this.#fill(now);
    this.#tokens -= tokens;
  }

  /** Returns true if the bucket is full, so that a new bucket would behave in the same way. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= this.#limit.tokenLimit;
  }

  #fill(now: number): void {
    const { tokenLimit, tokensPerSecond } = this.#limit;
    const added = ((now - this.#filledAt) / 1000) * tokensPerSecond;
    this.#tokens = Math.min(tokenLimit, this.#tokens + added);
    this.#filledAt = now;
  }
}
