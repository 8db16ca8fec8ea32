/** The upper bound of the first bucket, in ms. */
const FIRST_BOUND = 0.05;
/**
 * The upper bound of each bucket, divided by that of the previous one. A percentile is exact within
 * 25 %.
 */
const GROWTH = 1.5;
/** The number of buckets between two durations whose natural logarithms differ by 1. */
const BUCKETS_PER_LOGARITHM = 1 / Math.log(GROWTH);
/** The number of buckets. The last one counts every duration above 245 s. */
const BUCKETS = 40;

/** Histograms of durations, one for each slot. All memory is allocated once. */
export class LatencyHistogram {
  readonly #counts: Uint32Array;

  constructor(slots: number) {
    this.#counts = new Uint32Array(slots * BUCKETS);
  }

  /** Adds a duration in ms. */
  add(slot: number, duration: number): void {
    const bucket = Math.ceil(Math.log(duration / FIRST_BOUND) * BUCKETS_PER_LOGARITHM);
    const index = slot * BUCKETS + Math.min(BUCKETS - 1, Math.max(0, bucket));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  clear(slot: number): void {
    this.#counts.fill(0, slot * BUCKETS, (slot + 1) * BUCKETS);
  }

  /** Returns the duration in ms that this share of the durations does not exceed. */
  percentile(slot: number, share: number): number | null {
    const counts = this.#counts.subarray(slot * BUCKETS, (slot + 1) * BUCKETS);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total === 0) return null;
    let remaining = Math.ceil(total * share);
    for (const [bucket, count] of counts.entries()) {
      remaining -= count;
      if (remaining <= 0) return middleOf(bucket);
    }
    return middleOf(BUCKETS - 1);
  }
}

/**
 * Returns the geometric mean of the bounds of a bucket, so that the error is the same both ways.
 */
const middleOf = (bucket: number): number =>
  Math.round(FIRST_BOUND * GROWTH ** (bucket - 0.5) * 1000) / 1000;
