/** A result that Redis has not accepted. */
export interface UndeliveredResult {
  readonly channel: string;
  readonly payload: Uint8Array;
}

/** The maximum size of all results, in bytes. Above it, the oldest ones are removed. */
export const MAX_UNDELIVERED_BYTES = 16 * 1024 * 1024;
/** The memory of a result in addition to its payload, in bytes. */
const OVERHEAD = 256;

/** The results of clients for other servers that wait until Redis is back. */
export class UndeliveredResults {
  #results: UndeliveredResult[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(result: UndeliveredResult): void {
    this.#results.push(result);
    this.#bytes += sizeOf(result);
    if (this.#bytes <= MAX_UNDELIVERED_BYTES) return;
    // Half of them at once, because removing the first items of an array is slow.
    const removed = this.#results.splice(0, Math.ceil(this.#results.length / 2));
    for (const one of removed) this.#bytes -= sizeOf(one);
  }

  /** Removes all results and returns them, the oldest first. */
  takeAll(): readonly UndeliveredResult[] {
    const results = this.#results;
    this.#results = [];
    this.#bytes = 0;
    return results;
  }
}

const sizeOf = ({ payload }: UndeliveredResult): number => payload.byteLength + OVERHEAD;
