/** The expected maximum before any client has returned, in ms. */
const INITIAL = 1000;
/** The lowest expected maximum in ms. */
const LOWEST = 250;
/** The highest expected maximum in ms. */
const HIGHEST = 5000;

/**
 * Estimates how long clients need to return to another server. Busy servers and distant clients
 * need longer, so no fixed time suits all.
 * Source: RFC 6298, "Computing TCP's Retransmission Timer".
 */
export class ReturnTime {
  #maximum = INITIAL;
  #mean: number | undefined;
  #deviation = 0;

  /** The time in ms within which nearly all clients return. */
  get maximum(): number {
    return this.#maximum;
  }

  /** Records that a client has returned after this time, in ms. */
  measured(duration: number): void {
    if (this.#mean === undefined) {
      this.#mean = duration;
      this.#deviation = duration / 2;
    } else {
      this.#deviation += (Math.abs(this.#mean - duration) - this.#deviation) / 4;
      this.#mean += (duration - this.#mean) / 8;
    }
    // Waiting too long for a few clients costs less than many clients that return at once.
    this.#limit(Math.max(2 * this.#mean, this.#mean + 4 * this.#deviation));
  }

  /**
   * Records that a client has not returned within this maximum. If no client ever returns, waiting
   * for each of them has no purpose.
   */
  missed(maximum: number): void {
    if (this.#mean === undefined && maximum === this.#maximum) this.#limit(maximum / 2);
  }

  #limit(maximum: number): void {
    this.#maximum = Math.min(HIGHEST, Math.max(LOWEST, maximum));
  }
}
