/** The number of taken values after which the array is compacted. */
const MINIMUM_TAKEN = 32;

/**
 * A first-in, first-out queue. Adding and taking a value needs constant time on average. The queue
 * keeps no value that was taken, also if it is never empty.
 * @example
 * const queue = new FifoQueue<string>();
 * queue.add('first');
 * queue.add('second');
 * queue.take(); // 'first'
 */
export class FifoQueue<T> {
  #values: (T | undefined)[] = [];
  /** The number of values at the start of the array that were taken. */
  #taken = 0;

  /** The number of values in the queue. */
  get length(): number {
    return this.#values.length - this.#taken;
  }

  /** The value that `take` returns next, or undefined if the queue is empty. */
  get first(): T | undefined {
    return this.#values[this.#taken];
  }

  /** The values in the order in which they are taken. */
  get values(): readonly T[] {
    return this.#values.slice(this.#taken) as T[];
  }

  add(value: T): void {
    this.#values.push(value);
  }

  /** Removes the first value and returns it. Returns undefined if the queue is empty. */
  take(): T | undefined {
    if (this.length === 0) return undefined;
    const value = this.#values[this.#taken];
    this.#values[this.#taken] = undefined;
    this.#taken++;
    this.#compact();
    return value;
  }

  clear(): void {
    this.#values = [];
    this.#taken = 0;
  }

  /** Removes the taken values from the array when they are at least half of it. */
  #compact(): void {
    if (this.length === 0) {
      this.#values.length = 0;
      this.#taken = 0;
    } else if (this.#taken >= MINIMUM_TAKEN && this.#taken >= this.length) {
      this.#values.splice(0, this.#taken);
      this.#taken = 0;
    }
  }
}
