import type { Transport } from '../../connections/transport.ts';
import type { BytesInFlight } from '../../limits/bytes-in-flight.ts';
import type { HubOptions } from '../hub-options.ts';
import { FifoQueue } from '../queue/fifo-queue.ts';

/** The number of calls of a connection, and of those that have started. */
export interface CallCounts {
  readonly added: number;
  readonly started: number;
}

/** The number of bytes after which other connections are served: one read of a socket. */
export const READ_BUDGET = 65_536;

/** The bytes of chunks, and the number of the last call that these chunks have completed. */
interface WaitingBytes {
  readonly bytes: number;
  readonly lastCall: number;
}

/**
 * Shares the event loop and the memory between connections. A client that sends much is read once
 * per turn of the event loop. It is not read while its calls wait and the messages of all clients
 * exceed their limit. Needs a timer only after each 64 KB.
 */
export class ReadBudget {
  readonly #source: Pick<Transport, 'pause' | 'resume'>;
  readonly #bytesInFlight: BytesInFlight | undefined;
  readonly #maximumMessageSize: number;
  #remaining = READ_BUDGET;
  /** The bytes that were received since the last call was complete. */
  #received = 0;
  /** Undefined if the bytes of all connections are not limited. */
  readonly #waiting: FifoQueue<WaitingBytes> | undefined;
  /** The number of the last call that was complete. */
  #lastCall = 0;
  #isPaused = false;
  /** True from `spend` to `settle`, while the bytes are read. */
  #isReading = false;

  /** `bytesInFlight` is undefined if the bytes of all connections are not limited. */
  constructor(
    source: Pick<Transport, 'pause' | 'resume'>,
    bytesInFlight: BytesInFlight | undefined,
    { maximumReceiveMessageSize }: Pick<HubOptions, 'maximumReceiveMessageSize'>,
  ) {
    this.#source = source;
    this.#bytesInFlight = bytesInFlight;
    if (bytesInFlight !== undefined) this.#waiting = new FifoQueue();
    this.#maximumMessageSize = maximumReceiveMessageSize;
  }

  /** Reports received bytes. Pauses reading until the next turn if the budget is used up. */
  spend(bytes: number): void {
    this.#isReading = true;
    if (this.#bytesInFlight !== undefined) this.#count(bytes);
    this.#remaining -= bytes;
    if (this.#remaining > 0) return;
    this.#remaining = READ_BUDGET;
    this.#source.pause();
    setImmediate(() => this.#source.resume());
  }

  /**
   * Call this after the messages in the received bytes were handled or queued. `added` is the
   * number of calls of the connection so far, and `started` is the number of those that have
   * started.
   */
  settle({ added, started }: CallCounts): void {
    this.#isReading = false;
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if (added > this.#lastCall) {
      this.#lastCall = added;
      waiting.add({ bytes: this.#received, lastCall: added });
      this.#received = 0;
    } else {
      // Other messages do not wait. At most one message is incomplete.
      const handled = this.#received - this.#maximumMessageSize;
      if (handled > 0) this.#count(-handled);
    }
    this.release({ added, started });
    if (waiting.length > 0 && this.#bytesInFlight?.isExceeded === true && !this.#isPaused) {
      this.#isPaused = true;
      this.#source.pause();
    }
  }

  /** Call this when calls have started or were removed. */
  release({ added, started }: CallCounts): void {
    while ((this.#waiting?.first?.lastCall ?? Infinity) <= started) this.#releaseFirst();
    // While bytes are read, they may still contain calls that will wait.
    if (started < added || this.#isReading) return;
    if (this.#received > 0) this.#count(-this.#received);
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#source.resume();
  }

  #releaseFirst(): void {
    const { bytes = 0 } = this.#waiting?.take() ?? {};
    this.#bytesInFlight?.change(-bytes);
  }

  #count(bytes: number): void {
    this.#received += bytes;
    this.#bytesInFlight?.change(bytes);
  }
}
