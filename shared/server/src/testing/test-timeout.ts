import { setTimeout as pause } from 'node:timers/promises';
import { MAXIMUM_TIME } from '../maximum-time.ts';
import { turns } from './event-loop.ts';

const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;
const timeouts = new Map<number, TestTimeout>();
let lastMilliseconds = 250_000;

/**
 * A time for an option of the server that elapses when the test says so, never by itself. Timers
 * of other lengths run as usual. The server and the test must share a process.
 * @example
 * using sendTimeout = new TestTimeout();
 * const options = { sendTimeout: sendTimeout.ms };
 * const server = await testServer((signalr) => signalr.mapHub('/hub', ChatHub, options));
 * await sendTimeout.elapseUntil(client.end());
 */
export class TestTimeout {
  /** The value of the option. No other timer may have it. */
  readonly ms: number;
  readonly #running = new Map<NodeJS.Timeout, () => void>();

  /** The default is a value that no other timer of the process has. */
  constructor(ms?: number) {
    lastMilliseconds += 1;
    this.ms = ms ?? lastMilliseconds;
    timeouts.set(this.ms, this);
    globalThis.setTimeout = startTimer;
    globalThis.clearTimeout = stopTimer;
  }

  /**
   * Lets the time elapse for the timers that run, now and later, until the event has happened.
   * A timer that is stopped within 50 turns of the event loop is stopped in time.
   */
  async elapseUntil<T>(event: Promise<T>): Promise<T> {
    let hasHappened = false;
    const stop = (): void => {
      hasHappened = true;
    };
    event.then(stop, stop);
    while (!hasHappened) {
      const due = [...this.#running.keys()];
      await turns(50);
      if (due.length === 0) await pause(1); // do not spin while something else is under way
      for (const timer of due) this.#elapse(timer);
    }
    return event;
  }

  /** Starts a timer that runs until the test lets the time elapse. */
  start(onElapsed: () => void): NodeJS.Timeout {
    const timer = realSetTimeout(() => undefined, MAXIMUM_TIME);
    timer.unref();
    this.#running.set(timer, onElapsed);
    return timer;
  }

  stop(timer: NodeJS.Timeout): void {
    realClearTimeout(timer);
    this.#running.delete(timer);
  }

  /** Stops the timers that run. The last timeout leaves all timers to the clock again. */
  [Symbol.dispose](): void {
    for (const timer of this.#running.keys()) this.stop(timer);
    timeouts.delete(this.ms);
    if (timeouts.size > 0) return;
    globalThis.setTimeout = realSetTimeout;
    globalThis.clearTimeout = realClearTimeout;
  }

  #elapse(timer: NodeJS.Timeout): void {
    const onElapsed = this.#running.get(timer);
    this.stop(timer);
    onElapsed?.();
  }
}

const startTimer = Object.assign(
  (onElapsed: () => void, ms?: number, ...rest: unknown[]): NodeJS.Timeout =>
    timeouts.get(ms ?? 0)?.start(onElapsed) ??
    (realSetTimeout as (...timer: unknown[]) => NodeJS.Timeout)(onElapsed, ms, ...rest),
  realSetTimeout,
) as typeof globalThis.setTimeout;

const stopTimer = ((timer?: NodeJS.Timeout): void => {
  realClearTimeout(timer);
  if (timer !== undefined) for (const timeout of timeouts.values()) timeout.stop(timer);
}) as typeof globalThis.clearTimeout;
