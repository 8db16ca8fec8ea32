import { logMessages } from '../log-messages.ts';
import type { Logger } from '../logger.ts';

/** The maximum number of warnings in an interval. */
export const MAXIMUM_WARNINGS = 10;
/** The length of an interval, in ms. */
const INTERVAL = 60_000;

/**
 * Logs the warnings about one kind of requests that are refused. A client can send any number of
 * them, so only the first ones of each minute are logged, and the others are counted.
 */
export class LimitedWarnings {
  readonly #logger: Logger;
  readonly #now: () => number;
  #startedAt = -Infinity;
  #count = 0;

  /** `now` returns a monotonic time in ms. */
  constructor(logger: Logger, now: () => number = () => performance.now()) {
    this.#logger = logger;
    this.#now = now;
  }

  warn(message: string, ...details: unknown[]): void {
    const now = this.#now();
    if (now - this.#startedAt >= INTERVAL) this.#start(now);
    this.#count++;
    if (this.#count > MAXIMUM_WARNINGS) return;
    this.#logger.warn(message, ...details);
    if (this.#count === MAXIMUM_WARNINGS) this.#logger.warn(logMessages.warningsLimited);
  }

  #start(now: number): void {
    const suppressed = this.#count - MAXIMUM_WARNINGS;
    this.#startedAt = now;
    this.#count = 0;
    if (suppressed > 0) this.#logger.warn(logMessages.warningsSuppressed(suppressed));
  }
}
