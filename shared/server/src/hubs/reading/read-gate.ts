import type { Transport } from '../../connections/transport.ts';
import { FifoQueue } from '../../queue/fifo-queue.ts';

type Source = Pick<Transport, 'pause' | 'resume'>;
type Chunk = string | Uint8Array;

/**
 * Reads a chunk, up to the message with which a consumer pauses reading. Returns the rest, or
 * undefined if there is none. Must not throw.
 */
type ReadChunk = (chunk: Chunk) => Chunk | undefined;

/**
 * Lets several consumers of one client pause reading, also in the middle of a chunk. Reading
 * resumes when all of them have resumed. What has arrived in the meantime is read first.
 */
export class ReadGate implements Source {
  readonly #source: Source;
  readonly #read: ReadChunk;
  #pauses = 0;
  #isSourcePaused = false;
  #isReading = false;
  /** The rest of the chunk that was read last. */
  #rest: Chunk | undefined;
  /** The chunks that have arrived while reading was paused. Undefined if there were none. */
  #later: FifoQueue<Chunk> | undefined;

  /** `read` reads what the source sends. */
  constructor(source: Source, read: ReadChunk) {
    this.#source = source;
    this.#read = read;
  }

  get isHeld(): boolean {
    return this.#pauses > 0;
  }

  pause(): void {
    this.#pauses++;
    if (this.#isSourcePaused) return;
    this.#isSourcePaused = true;
    this.#source.pause();
  }

  resume(): void {
    this.#pauses--;
    this.#continue();
  }

  /** Reads a chunk, after those that wait. A source may still send a few while it is paused. */
  receive(chunk: Chunk): void {
    if (this.isHeld || this.#isReading) (this.#later ??= new FifoQueue()).add(chunk);
    else {
      this.#rest = chunk;
      this.#continue();
    }
  }

  /** Drops what has arrived and was not read. */
  clear(): void {
    this.#rest = undefined;
    this.#later = undefined;
  }

  #continue(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    while (!this.isHeld) {
      const chunk = this.#rest ?? this.#later?.take();
      if (chunk === undefined) break;
      this.#rest = undefined;
      this.#rest = this.#read(chunk);
    }
    this.#isReading = false;
    if (this.isHeld || !this.#isSourcePaused) return;
    // Last, because a source may send in its own `resume` what it has kept.
    this.#isSourcePaused = false;
    this.#source.resume();
  }
}
