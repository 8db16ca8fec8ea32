interface Delayed {
  /**
   * When the message is due, on the clock of `performance.now()`. A change of the system time does
   * not affect it.
   */
  readonly due: number;
  readonly bytes: number;
  readonly run: () => void;
}

/** The limits of delayed messages. Beyond them, the oldest message is delivered immediately. */
const MAXIMUM_COUNT = 100_000;
const MAXIMUM_BYTES = 64 * 1024 * 1024;

/** Delays all messages that pass through the service, and keeps them in order. */
export class LatencyQueue {
  /** The delay of each message in each direction, in ms. */
  delay: number;
  #waiting: Delayed[] = [];
  #head = 0;
  #bytes = 0;
  #lastDue = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(delay: number) {
    this.delay = delay;
  }

  /** The number of delayed messages. */
  get size(): number {
    return this.#waiting.length - this.#head;
  }

  /**
   * Calls `run` after the delay, or immediately if there is no delay and no message is waiting.
   * A message that needs more time than the others has a `minimumDelay`, in ms.
   */
  add(bytes: number, run: () => void, minimumDelay = 0): void {
    const delay = Math.max(this.delay, minimumDelay);
    if (delay === 0 && this.size === 0) return run();
    // Keeps the order if the delay becomes shorter.
    this.#lastDue = Math.max(this.#lastDue, performance.now() + delay);
    this.#waiting.push({ due: this.#lastDue, bytes, run });
    this.#bytes += bytes;
    while (this.size > MAXIMUM_COUNT || this.#bytes > MAXIMUM_BYTES) this.#runNext();
    this.#schedule();
  }

  /** Discards all delayed messages. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.size === 0) return;
    const { due } = this.#waiting[this.#head] as Delayed;
    this.#timer = setTimeout(() => this.#runDue(), Math.max(0, due - performance.now()));
  }

  #runDue(): void {
    this.#timer = undefined;
    const now = performance.now();
    while (this.size > 0 && (this.#waiting[this.#head] as Delayed).due <= now) this.#runNext();
    this.#schedule();
  }

  #runNext(): void {
    const next = this.#waiting[this.#head] as Delayed;
    this.#head += 1;
    this.#bytes -= next.bytes;
    if (this.#head > 1024 && this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    if (this.size === 0) {
      this.#waiting = [];
      this.#head = 0;
    }
    next.run();
  }
}
