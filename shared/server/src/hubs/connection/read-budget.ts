import type { Transport } from '../../connections/transport.ts';
import type { BytesInFlight } from '../../limits/bytes-in-flight.ts';

/** The number of bytes after which other connections are served: one read of a socket. */
export const READ_BUDGET = 65_536;

/**
 * Shares the event loop and the memory between connections: a client that sends much is read once
 * per turn, and no more while its calls wait and the messages of all clients exceed their limit.
 * Needs a timer only after each 64 KB.
 */
export class ReadBudget {
  readonly #source: Pick<Transport, 'pause' | 'resume'>;
  readonly #bytesInFlight: BytesInFlight | undefined;
  #remaining = READ_BUDGET;
  /** The bytes that were received since the connection last had no queued calls. */
  #unhandled = 0;
  #isPaused = false;

  /** `bytesInFlight` is undefined if the bytes of all connections are not limited. */
  constructor(
    source: Pick<Transport, 'pause' | 'resume'>,
    bytesInFlight: BytesInFlight | undefined,
  ) {
    this.#source = source;
    this.#bytesInFlight = bytesInFlight;
  }

  /** Reports received bytes. Pauses reading until the next turn if the budget is used up. */
  spend(bytes: number): void {
    if (this.#bytesInFlight !== undefined) this.#count(bytes);
    this.#remaining -= bytes;
    if (this.#remaining > 0) return;
    this.#remaining = READ_BUDGET;
    this.#source.pause();
    setImmediate(() => this.#source.resume());
  }

  /** Call this after the messages in the received bytes were handled or queued. */
  settle(hasQueuedCalls: boolean): void {
    if (this.#bytesInFlight === undefined) return;
    if (!hasQueuedCalls) this.release();
    else if (this.#bytesInFlight.isExceeded && !this.#isPaused) {
      this.#isPaused = true;
      this.#source.pause();
    }
  }

  /** Call this when no call is queued. */
  release(): void {
    if (this.#unhandled > 0) this.#count(-this.#unhandled);
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#source.resume();
  }

  #count(bytes: number): void {
    this.#unhandled += bytes;
    this.#bytesInFlight?.change(bytes);
  }
}
