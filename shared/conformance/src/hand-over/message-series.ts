/** The faults in a series of numbered messages. */
export interface SeriesFaults {
  lost: number;
  repeated: number;
  outOfOrder: number;
}

/** Checks that the messages of a series arrive once and in order, starting with number 0. */
export class MessageSeries {
  readonly #missing = new Set<number>();
  #repeated = 0;
  #outOfOrder = 0;
  #next = 0;

  /** The number of messages up to the last one that has arrived. */
  get length(): number {
    return this.#next;
  }

  receive(n: number): void {
    for (let missing = this.#next; missing < n; missing++) this.#missing.add(missing);
    if (n >= this.#next) this.#next = n + 1;
    else if (this.#missing.delete(n)) this.#outOfOrder++;
    else this.#repeated++;
  }

  /** Returns the faults in a series of this length. */
  faults(length: number): SeriesFaults {
    const lost = this.#missing.size + Math.max(0, length - this.#next);
    return { lost, repeated: this.#repeated, outOfOrder: this.#outOfOrder };
  }
}
