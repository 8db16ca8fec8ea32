import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A source of random numbers. The same seed gives the same numbers. */
export interface Random {
  /** Returns an integer of 0 or more, and less than `limit`. */
  below(limit: number): number;
  /** Returns a number of 0 or more, and less than 1. */
  fraction(): number;
}

/** Returns a source of random numbers. */
export function createRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  return {
    below: (limit) => uniformInt(generator, 0, limit - 1),
    fraction: () => uniformFloat64(generator),
  };
}
