/**
 * A promise that several callers share until the gate opens. The next wait after that starts a new
 * promise. Used for backpressure: senders wait until a buffer has room again.
 * @example
 * if (buffer.length > limit) await gate.wait(); // elsewhere, after reading: gate.open()
 */
export class Gate {
  #waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  /** True while at least one caller waits. */
  get isAwaited(): boolean {
    return this.#waiting !== undefined;
  }

  /** Resolves at the next `open()`. */
  wait(): Promise<void> {
    if (this.#waiting === undefined) {
      let resolve = (): void => undefined;
      const promise = new Promise<void>((onOpen) => (resolve = onOpen));
      this.#waiting = { promise, resolve };
    }
    return this.#waiting.promise;
  }

  /** Lets all callers continue that wait now. Does nothing if nobody waits. */
  open(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve();
  }
}
