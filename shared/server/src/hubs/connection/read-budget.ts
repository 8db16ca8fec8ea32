import type { Transport } from '../../connections/transport.ts';

/** The number of bytes after which other connections are served: one read of a socket. */
export const READ_BUDGET = 65_536;

/**
 * Shares the event loop between connections: a client that sends much is read once per turn.
 * Needs a timer only after each 64 KB.
 */
export class ReadBudget {
  readonly #source: Pick<Transport, 'pause' | 'resume'>;
  #remaining = READ_BUDGET;

  constructor(source: Pick<Transport, 'pause' | 'resume'>) {
    this.#source = source;
  }

  /** Reports received bytes. Pauses reading until the next turn if the budget is used up. */
  spend(bytes: number): void {
    this.#remaining -= bytes;
    if (this.#remaining > 0) return;
    this.#remaining = READ_BUDGET;
    this.#source.pause();
    setImmediate(() => this.#source.resume());
  }
}
