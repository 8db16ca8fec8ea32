import { FifoQueue } from '../queue/fifo-queue.ts';

/**
 * The maximum size of a write, in bytes. A client that reads slowly makes progress in these steps.
 */
export const MAXIMUM_SLICE = 65_536;

/** A socket or an HTTP response. */
export interface WritableSink {
  /** The bytes that the operating system has not accepted. */
  readonly writableLength: number;
  write(bytes: Uint8Array): unknown;
}

/**
 * Writes large buffers to a socket in slices, one after the other. A stream of Node only reports
 * that it has written a whole buffer. Slices show that a client still reads while a large message
 * is on its way, so that it is not disconnected as too slow.
 */
export class SlicedWriter {
  readonly #sink: WritableSink;
  readonly #findEnd: (bytes: Buffer, start: number) => number;
  readonly #queue = new FifoQueue<Buffer>();
  #queuedBytes = 0;
  /** The beginning of the next slice in the first buffer of the queue. */
  #offset = 0;
  #onEmpty: (() => void) | undefined;

  /**
   * `findEnd` returns where the slice ends that begins at `start`. Default: any byte. Call
   * `continue` on each 'drain' event of the sink.
   */
  constructor(sink: WritableSink, findEnd: (bytes: Buffer, start: number) => number = endAnywhere) {
    this.#sink = sink;
    this.#findEnd = findEnd;
  }

  /** The bytes that the operating system has not accepted. */
  get unsentBytes(): number {
    return this.#queuedBytes + this.#sink.writableLength;
  }

  write(bytes: Buffer): void {
    if (this.#queuedBytes === 0 && bytes.length <= MAXIMUM_SLICE && this.#hasRoom) {
      this.#sink.write(bytes);
      return;
    }
    this.#queue.add(bytes);
    this.#queuedBytes += bytes.length;
    this.continue();
  }

  /** Writes the next slices. */
  continue(): void {
    while (this.#queuedBytes > 0 && this.#hasRoom) this.#writeSlice();
    if (this.#queuedBytes > 0) return;
    const onEmpty = this.#onEmpty;
    this.#onEmpty = undefined;
    onEmpty?.();
  }

  /** Calls `onEmpty` when all slices have been passed to the sink. */
  whenEmpty(onEmpty: () => void): void {
    this.#onEmpty = onEmpty;
    this.continue();
  }

  /** Drops everything that was not passed to the sink. */
  clear(): void {
    this.#queue.clear();
    this.#queuedBytes = 0;
    this.#offset = 0;
    this.#onEmpty = undefined;
  }

  /** Whether another slice may be written. If not, the sink emits 'drain' when it has room. */
  get #hasRoom(): boolean {
    return this.#sink.writableLength < MAXIMUM_SLICE;
  }

  #writeSlice(): void {
    const bytes = this.#queue.first;
    if (bytes === undefined) return;
    const start = this.#offset;
    const end = this.#findEnd(bytes, start);
    this.#offset = end;
    if (end >= bytes.length) {
      this.#queue.take();
      this.#offset = 0;
    }
    this.#queuedBytes -= end - start;
    this.#sink.write(bytes.subarray(start, end));
  }
}

const endAnywhere = (bytes: Buffer, start: number): number =>
  Math.min(start + MAXIMUM_SLICE, bytes.length);
