/**
 * Calls `onSilence` if no sign of life is recorded for `timeout` ms. A sign of life costs one
 * assignment, so it can be recorded for every message.
 */
export class SilenceTimer {
  readonly #timeout: number;
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | undefined;
  #hasSignOfLife = false;

  constructor(timeout: number, onSilence: () => void) {
    this.#timeout = timeout;
    this.#onSilence = onSilence;
    this.#schedule();
  }

  recordSignOfLife(): void {
    this.#hasSignOfLife = true;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#hasSignOfLife = false;
    this.#timer = setTimeout(() => {
      if (this.#hasSignOfLife) this.#schedule();
      else this.#onSilence();
    }, this.#timeout);
  }
}
