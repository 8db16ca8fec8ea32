import { Gate } from '../connections/gate.ts';

/** A buffer of writes that is flushed at the end of a turn of the event loop. */
export interface Flushable {
  flush(): void;
}

/** The number of bytes of all connections above which senders wait for the end of the turn. */
const MAXIMUM_ADDED = 8 * 1024 * 1024;

/**
 * Writes once per turn of the event loop for each connection that has data to send. A broadcast
 * adds the same frames to many connections, so connections with equal frames share one joined
 * buffer.
 */
export class WriteBatcher {
  #scheduled: Flushable[] = [];
  #addedBytes = 0;
  readonly #room = new Gate();
  #joinedFrames: readonly Buffer[] | undefined;
  #joined: Buffer | undefined;
  readonly #flush = (): void => this.flush();

  /** Flushes this buffer at the end of the turn. */
  add(flushable: Flushable): void {
    this.#scheduled.push(flushable);
    if (this.#scheduled.length === 1) setImmediate(this.#flush);
  }

  /** Counts bytes that were added to a buffer in this turn. */
  countBytes(bytes: number): void {
    this.#addedBytes += bytes;
  }

  /**
   * Returns undefined if more may be sent in this turn. Otherwise, returns a promise of its end.
   */
  whenRoom(): Promise<void> | undefined {
    return this.#addedBytes < MAXIMUM_ADDED ? undefined : this.#room.wait();
  }

  /** Returns one buffer with all frames. Equal frames share it. */
  join(frames: readonly Buffer[]): Buffer {
    if (this.#joined === undefined || !haveSameFrames(this.#joinedFrames, frames)) {
      this.#joinedFrames = frames;
      this.#joined = Buffer.concat(frames);
    }
    return this.#joined;
  }

  flush(): void {
    const scheduled = this.#scheduled;
    this.#scheduled = [];
    this.#addedBytes = 0;
    for (const flushable of scheduled) flushable.flush();
    this.#joined = undefined;
    this.#joinedFrames = undefined;
    this.#room.open();
  }
}

function haveSameFrames(a: readonly Buffer[] | undefined, b: readonly Buffer[]): boolean {
  if (a?.length !== b.length) return false;
  // Called for each connection with each frame, so `every` would be noticeable.
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
