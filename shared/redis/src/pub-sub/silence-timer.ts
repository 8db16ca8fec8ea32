import { Deadline } from '@practical-signalr/server/scale-out';

/**
 * Calls `onSilence` if no sign of life is recorded for `timeout` ms. A sign of life costs one
 * assignment, so it can be recorded for every message. If the process was blocked, what has arrived
 * in the meantime is read first.
 */
export class SilenceTimer {
  readonly #timeout: number;
  readonly #onSilence: () => void;
  #deadline: Deadline | undefined;
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
    this.#deadline?.stop();
  }

  #schedule(): void {
    this.#hasSignOfLife = false;
    this.#deadline = new Deadline(() => {
      if (this.#hasSignOfLife) this.#schedule();
      else this.#onSilence();
    }, this.#timeout);
  }
}
