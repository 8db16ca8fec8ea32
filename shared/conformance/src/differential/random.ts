/** Returns a value for a choice. */
export type Choice<T> = readonly [weight: number, value: T];

const STEP = 0x6d2b79f5;
const TWO_TO_32 = 4_294_967_296;

/** Pseudo-random choices that depend only on the seed and the number of the case (Mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number, index: number) {
    const seedPart = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
    this.#state = (seedPart ^ Math.imul(index + 1, 0xc2b2ae35)) >>> 0;
    for (let i = 0; i < 4; i++) this.next();
  }

  /** Returns a number from 0 up to, but not including, 1. */
  next(): number {
    this.#state = (this.#state + STEP) >>> 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / TWO_TO_32;
  }

  /** Returns an integer from 0 up to, but not including, `count`. */
  int(count: number): number {
    return Math.floor(this.next() * count);
  }

  between(low: number, high: number): number {
    return low + this.int(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)] as T;
  }

  weighted<T>(choices: readonly Choice<T>[]): T {
    const total = choices.reduce((sum, [weight]) => sum + weight, 0);
    let rest = this.next() * total;
    for (const [weight, value] of choices) {
      rest -= weight;
      if (rest < 0) return value;
    }
    return (choices.at(-1) as Choice<T>)[1];
  }

  shuffle<T>(list: readonly T[]): T[] {
    const rest = [...list];
    return list.map(() => rest.splice(this.int(rest.length), 1)[0] as T);
  }

  /** Returns as many values as a random number says. */
  times<T>(low: number, high: number, create: (index: number) => T): T[] {
    return Array.from({ length: this.between(low, high) }, (_, i) => create(i));
  }
}
