interface Delayed {
  readonly due: number;
  readonly bytes: number;
  readonly run: () => void;
}

/** What may be on its way at once: beyond that the oldest arrives at once. */
const MAXIMUM_COUNT = 100_000;
const MAXIMUM_BYTES = 64 * 1024 * 1024;

/** Lets everything that passes through the service take its time, in order. */
export class LatencyQueue {
  /** How long each message takes through the service, in ms; the way back takes as long again. */
  delay: number;
  #waiting: Delayed[] = [];
  #head = 0;
  #bytes = 0;
  #lastDue = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(delay: number) {
    this.delay = delay;
  }

  /** Messages that are on their way. */
  get size(): number {
    return this.#waiting.length - this.#head;
  }

  /** Runs at once where there is no delay and nothing is ahead. */
  add(bytes: number, run: () => void): void {
    if (this.delay === 0 && this.size === 0) return run();
    this.#lastDue = Math.max(this.#lastDue, Date.now() + this.delay); // a shorter delay overtakes nothing
    this.#waiting.push({ due: this.#lastDue, bytes, run });
    this.#bytes += bytes;
    while (this.size > MAXIMUM_COUNT || this.#bytes > MAXIMUM_BYTES) this.#runNext();
    this.#schedule();
  }

  /** Forgets what is on its way. */
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
    this.#timer = setTimeout(() => this.#arrive(), Math.max(0, due - Date.now()));
  }

  #arrive(): void {
    this.#timer = undefined;
    const now = Date.now();
    while (this.size > 0 && (this.#waiting[this.#head] as Delayed).due <= now) this.#runNext();
    this.#schedule();
  }

  #runNext(): void {
    const next = this.#waiting[this.#head++] as Delayed;
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
