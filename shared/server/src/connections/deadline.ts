/** A timer that is later than this, in ms, shows that the event loop was blocked. */
const TOLERATED_LATENESS = 100;
/** The time that a late timer gives the server to read data that has already arrived, in ms. */
const GRACE_TIME = 1000;
/** How often a deadline is extended, so that a busy event loop cannot extend it forever. */
const MAXIMUM_EXTENSIONS = 3;

/**
 * A time limit for a client. If the process was stopped or the event loop was blocked at the end of
 * the time, the limit is extended: what the client sent in time is read first.
 * @example
 * const deadline = new Deadline(() => connection.abort(), 15_000);
 * connection.on('handshake', () => deadline.stop());
 */
export class Deadline {
  readonly #onElapsed: () => void;
  readonly #graceTime: number;
  #timer: NodeJS.Timeout;
  #dueAt: number;
  #extensions = 0;
  #isUnreferenced = false;

  /** `ms` is the time until `onElapsed` is called. */
  constructor(onElapsed: () => void, ms: number) {
    this.#onElapsed = onElapsed;
    this.#graceTime = Math.min(GRACE_TIME, ms);
    this.#dueAt = performance.now() + ms;
    this.#timer = setTimeout(() => this.#onTimer(), ms);
  }

  /** Lets the process end although the time limit runs. */
  unref(): this {
    this.#isUnreferenced = true;
    this.#timer.unref();
    return this;
  }

  /** Cancels the time limit. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #onTimer(): void {
    const lateness = performance.now() - this.#dueAt;
    if (lateness <= TOLERATED_LATENESS || this.#extensions === MAXIMUM_EXTENSIONS) {
      this.#onElapsed();
      return;
    }
    this.#extensions++;
    this.#dueAt = performance.now() + this.#graceTime;
    this.#timer = setTimeout(() => this.#onTimer(), this.#graceTime);
    if (this.#isUnreferenced) this.#timer.unref();
  }
}
