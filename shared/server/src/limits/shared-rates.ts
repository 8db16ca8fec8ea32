import { logMessages } from '../log-messages.ts';
import type { Logger } from '../logger.ts';
import type { RateMessages } from './client-limits.ts';
import type { TokenBuckets } from './token-buckets.ts';

/** How often a server reports the calls that it has counted, in ms. */
export const REPORT_INTERVAL = 250;
/** The maximum number of users of one limit in a report. For more, a report is sent at once. */
export const MAXIMUM_USERS = 10_000;

/** The buckets of one limit, which servers share. */
interface SharedLimit {
  readonly buckets: TokenBuckets;
  /** The tokens that users have taken here since the last report. */
  readonly taken: Map<string, number>;
}

/**
 * Shares the rates of users between servers. Each server decides with its own buckets, and reports
 * the tokens that its users have taken. The others take the same tokens from their buckets.
 */
export class SharedRates {
  readonly #messages: RateMessages;
  readonly #name: string;
  readonly #logger: Logger;
  readonly #limits = new Map<string, SharedLimit>();
  readonly #interval: number;
  #subscription: Promise<(() => Promise<void>) | undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isFailureLogged = false;
  #isClosed = false;

  /** `hubPath` separates the rates of the hubs that share `messages`. */
  constructor(
    messages: RateMessages,
    hubPath: string,
    logger: Logger,
    interval: number = REPORT_INTERVAL,
  ) {
    this.#messages = messages;
    this.#name = `rates ${hubPath}`;
    this.#logger = logger;
    this.#interval = interval;
    this.#listen();
  }

  /** Shares a limit. Its name is the same on all servers. */
  add(name: string, buckets: TokenBuckets): void {
    this.#limits.set(name, { buckets, taken: new Map() });
  }

  /** Counts a token that a user has taken. */
  count(name: string, user: string): void {
    const taken = this.#limits.get(name)?.taken;
    if (taken === undefined || this.#isClosed) return;
    taken.set(user, (taken.get(user) ?? 0) + 1);
    if (taken.size === MAXIMUM_USERS) this.#report();
    else this.#timer ??= setTimeout(() => this.#report(), this.#interval).unref();
  }

  /** Reports what was counted, and stops listening. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== undefined) this.#sendReport();
    const unsubscribe = await this.#subscription;
    await unsubscribe?.().catch((error: unknown) => this.#logFailure(error));
  }

  /** Starts to receive reports. If Redis cannot be reached, the next report tries again. */
  #listen(): void {
    this.#subscription ??= this.#subscribe().catch((error: unknown) => {
      this.#subscription = undefined;
      this.#logFailure(error);
      return undefined;
    });
  }

  // Asynchronous functions, because an app can pass functions that throw instead of rejecting.
  async #subscribe(): Promise<() => Promise<void>> {
    return this.#messages.on(this.#name, (report) => this.#receive(report));
  }

  async #send(report: unknown): Promise<void> {
    await this.#messages.send(this.#name, report);
  }

  #report(): void {
    this.#listen();
    this.#sendReport();
  }

  #sendReport(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const report: Record<string, [user: string, tokens: number][]> = {};
    for (const [name, { taken }] of this.#limits) {
      if (taken.size > 0) report[name] = [...taken];
      taken.clear();
    }
    this.#send(report).then(
      () => {
        this.#isFailureLogged = false;
      },
      (error: unknown) => this.#logFailure(error),
    );
  }

  /** Takes what another server has counted. Ignores reports that are not valid. */
  #receive(report: unknown): void {
    const now = performance.now();
    for (const [name, { buckets }] of this.#limits) {
      const users: unknown = (report as Record<string, unknown> | null)?.[name];
      if (!Array.isArray(users)) continue;
      for (const entry of users.slice(0, MAXIMUM_USERS) as unknown[]) {
        const [user, tokens] = Array.isArray(entry) ? (entry as unknown[]) : [];
        const isValid = typeof user === 'string' && typeof tokens === 'number' && tokens > 0;
        if (isValid && Number.isFinite(tokens)) buckets.remove(user, tokens, now);
      }
    }
  }

  /** Logs the first failure until a report succeeds. */
  #logFailure(error: unknown): void {
    if (!this.#isFailureLogged) this.#logger.warn(logMessages.ratesNotShared(this.#name), error);
    this.#isFailureLogged = true;
  }
}
