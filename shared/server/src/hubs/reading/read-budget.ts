import type { Transport } from '../../connections/transport.ts';
import type { BytesInFlight } from '../../limits/bytes-in-flight.ts';
import type { HubOptions } from '../hub-options.ts';
import { FifoQueue } from '../../queue/fifo-queue.ts';

/** The number of calls of a connection, and of those that have started. */
export interface CallCounts {
  readonly added: number;
  readonly started: number;
}

/**
 * The number of bytes, or of UTF-16 code units of text, after which other connections are served:
 * one read of a socket.
 */
export const READ_BUDGET = 65_536;

type Chunk = string | Uint8Array;

/** How many bytes chunks have, and the number of the last call that these chunks completed. */
interface WaitingBytes {
  readonly bytes: number;
  readonly lastCall: number;
}

/**
 * Shares the event loop and the memory between connections. Of a client that sends much, a limited
 * amount is read per turn of the event loop. The client is not read while its calls wait and the
 * messages of all clients exceed their limit. Needs a timer only after each 64 KB.
 */
export class ReadBudget {
  readonly #source: Pick<Transport, 'pause' | 'resume'>;
  readonly #bytesInFlight: BytesInFlight | undefined;
  readonly #maximumMessageSize: number;
  #remaining = READ_BUDGET;
  /** The chunk that arrived last, until another one is read, and its length in bytes. */
  #lastArrived: Chunk | undefined;
  #lastLength = 0;
  /** The bytes that have arrived and were not read. */
  #unread = 0;
  /** The bytes of the chunk that is being read. */
  #reading = 0;
  /** The bytes that were read since the last call was complete. */
  #received = 0;
  /** Undefined if the bytes of all connections are not limited. */
  readonly #waiting: FifoQueue<WaitingBytes> | undefined;
  /** The number of the last call that was complete. */
  #lastCall = 0;
  #isPaused = false;

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

  /** What may be read until other connections are served. */
  get remaining(): number {
    return this.#remaining;
  }

  /** Counts a chunk that has arrived. */
  receive(chunk: Chunk): void {
    if (this.#bytesInFlight === undefined) return;
    const bytes = byteLength(chunk);
    this.#unread += bytes;
    this.#bytesInFlight.change(bytes);
    this.#lastArrived = chunk;
    this.#lastLength = bytes;
  }

  /**
   * Call this before a chunk is read that has arrived. Its bytes do not count until `settle`,
   * because upload items count by themselves.
   */
  begin(chunk: Chunk): void {
    if (this.#bytesInFlight === undefined) return;
    // Most chunks are read as soon as they arrive.
    this.#reading = chunk === this.#lastArrived ? this.#lastLength : byteLength(chunk);
    this.#lastArrived = undefined;
    this.#unread -= this.#reading;
    this.#bytesInFlight.change(-this.#reading);
  }

  /**
   * Call this after the chunk was read up to `rest`, and its messages were handled or queued.
   * `added` is the number of calls of the connection so far, and `started` is the number of those
   * that have started. Pauses reading until the next turn if the budget is used up.
   */
  settle({ added, started }: CallCounts, chunk: Chunk, rest: Chunk = ''): void {
    this.#remaining -= chunk.length - rest.length;
    if (this.#remaining <= 0) this.#pauseForTurn();
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const unread = rest === '' ? 0 : byteLength(rest);
    this.#unread += unread;
    this.#received += this.#reading - unread;
    this.#bytesInFlight?.change(this.#reading);
    this.#reading = 0;
    if (added > this.#lastCall) {
      this.#lastCall = added;
      waiting.add({ bytes: this.#received, lastCall: added });
      this.#received = 0;
    } else {
      // Other messages do not wait. At most one message is incomplete.
      const handled = this.#received - this.#maximumMessageSize;
      if (handled > 0) this.#releaseReceived(handled);
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
    if (started < added) return;
    this.#releaseReceived(this.#received);
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#source.resume();
  }

  /** Call this when what has arrived and was not read is dropped. */
  dropUnread(): void {
    this.#bytesInFlight?.change(-this.#unread);
    this.#unread = 0;
  }

  #pauseForTurn(): void {
    this.#remaining = READ_BUDGET;
    this.#source.pause();
    setImmediate(() => this.#source.resume());
  }

  #releaseFirst(): void {
    const { bytes = 0 } = this.#waiting?.take() ?? {};
    this.#bytesInFlight?.change(-bytes);
  }

  #releaseReceived(bytes: number): void {
    this.#received -= bytes;
    this.#bytesInFlight?.change(-bytes);
  }
}

const byteLength = (chunk: Chunk): number =>
  typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length;
