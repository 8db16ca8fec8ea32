/** A number of bytes that several buffers share. */
export class MemoryBudget {
  readonly #maximum: number;
  #used = 0;

  /** `maximum` is in bytes. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** Takes bytes from the budget. Returns false and takes nothing if they do not fit. */
  tryTake(bytes: number): boolean {
    if (this.#used + bytes > this.#maximum) return false;
    this.#used += bytes;
    return true;
  }

  /** Gives bytes back. */
  release(bytes: number): void {
    this.#used -= bytes;
  }
}
