/** What a connection may wait for. */
export interface ConnectionWork {
  readonly calls: { whenIdle(onIdle: () => void): void };
  readonly streams: { isIdle(onIdle: () => void): boolean };
  /** Returns whether an invocation of the client waits for its result. */
  hasPendingResults(): boolean;
}

/**
 * Waits until a connection has no call, stream, upload or client result in progress, because these
 * cannot move to another server.
 */
export class ConnectionDrain {
  readonly #work: ConnectionWork;
  readonly #onEnd: (isIdle: boolean) => void;
  readonly #timer: NodeJS.Timeout;
  #isEnded = false;

  /**
   * `timeout` is in ms. `onEnd` is called once: with true when the connection is idle, possibly
   * within `check`, or with false after the timeout.
   */
  constructor(work: ConnectionWork, timeout: number, onEnd: (isIdle: boolean) => void) {
    this.#work = work;
    this.#onEnd = onEnd;
    this.#timer = setTimeout(() => this.#end(false), timeout);
  }

  /** Checks whether the connection is idle. Call it first, and when a client result has arrived. */
  check(): void {
    if (!this.#isEnded) this.#work.calls.whenIdle(() => this.#checkStreams());
  }

  /** Stops waiting, because the connection has closed. Calls `onEnd`. */
  stop(): void {
    this.#end(false);
  }

  #checkStreams(): void {
    if (!this.#work.streams.isIdle(() => this.check())) return;
    if (!this.#work.hasPendingResults()) this.#end(true);
  }

  #end(isIdle: boolean): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#onEnd(isIdle);
  }
}
