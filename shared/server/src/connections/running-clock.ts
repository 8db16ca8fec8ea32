/**
 * A monotonic clock that counts only the time in which the event loop ran. If the process was
 * stopped or the event loop was blocked, clients may have sent data that is not read yet, so this
 * time must not count as their silence.
 * @example
 * const clock = new RunningClock(1000);
 * setInterval(() => closeSilentClients(clock.tick()), 1000);
 */
export class RunningClock {
  readonly #longestStep: number;
  #elapsed = 0;
  #tickedAt = performance.now();

  /** `interval` is the time between two ticks, in ms. */
  constructor(interval: number) {
    // A tick that is a little late under load counts fully.
    this.#longestStep = 2 * interval;
  }

  /** Returns the time in ms that has been counted since the clock was created. */
  now(): number {
    return this.#elapsed + Math.min(performance.now() - this.#tickedAt, this.#longestStep);
  }

  /** Continues to count and returns `now()`. Call it once per interval. */
  tick(): number {
    this.#elapsed = this.now();
    this.#tickedAt = performance.now();
    return this.#elapsed;
  }
}
