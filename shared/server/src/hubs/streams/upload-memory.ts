import type { BytesInFlight } from '../../limits/bytes-in-flight.ts';
import type { ReadGate } from '../reading/read-gate.ts';

/** The bytes that all uploads of one connection may buffer together, unless one may buffer more. */
export const MAXIMUM_UPLOAD_BYTES = 1024 * 1024;

/** The options that limit what uploads buffer. */
export interface UploadOptions {
  readonly streamBufferCapacity: number;
  readonly maximumReceiveMessageSize: number;
}

/**
 * The buffered items of all uploads of one connection. While they are too large, or while they are
 * not empty and the messages of all clients exceed their limit, the client is not read.
 */
export class UploadMemory {
  readonly #maximum: number;
  readonly #readGate: ReadGate;
  readonly #bytesInFlight: BytesInFlight | undefined;
  #size = 0;
  #isReadingPaused = false;
  #isClosed = false;

  /** `bytesInFlight` is undefined if the bytes of all connections are not limited. */
  constructor(
    { streamBufferCapacity, maximumReceiveMessageSize }: UploadOptions,
    readGate: ReadGate,
    bytesInFlight?: BytesInFlight,
  ) {
    const largestUpload = streamBufferCapacity * maximumReceiveMessageSize;
    this.#maximum = Math.max(MAXIMUM_UPLOAD_BYTES, largestUpload);
    this.#readGate = readGate;
    this.#bytesInFlight = bytesInFlight;
  }

  /** Counts an item that is buffered. */
  add(size: number): void {
    if (this.#isClosed) return;
    this.#change(size);
    if (this.#isReadingPaused || !this.#isFull) return;
    this.#isReadingPaused = true;
    this.#readGate.pause();
  }

  /** Counts out an item, because it is read or dropped. */
  remove(size: number): void {
    if (this.#isClosed) return;
    this.#change(-size);
    if (!this.#isFull) this.#resumeReading();
  }

  /** Stops counting, because the connection has closed. */
  close(): void {
    this.#change(-this.#size);
    this.#isClosed = true;
    this.#resumeReading();
  }

  get #isFull(): boolean {
    if (this.#size >= this.#maximum) return true;
    return this.#size > 0 && this.#bytesInFlight?.isExceeded === true;
  }

  #change(size: number): void {
    this.#size += size;
    this.#bytesInFlight?.change(size);
  }

  #resumeReading(): void {
    if (!this.#isReadingPaused) return;
    this.#isReadingPaused = false;
    this.#readGate.resume();
  }
}
