import { Gate } from '../connections/gate.ts';

/** Something that gathers writes during one turn of the event loop. */
export interface Flushable {
  flush(): void;
}

/** Bytes that may gather in one turn over all connections; the more, the fewer writes. */
const MAXIMUM_GATHERED = 8 * 1024 * 1024;

/**
 * Ends each turn of the event loop with one write for each connection that has something to send.
 * A broadcast puts the same frames on many lists: equal lists share one joined buffer.
 */
export class WriteBatcher {
  #waiting: Flushable[] = [];
  #gathered = 0;
  readonly #room = new Gate();
  #joinedFrames: readonly Buffer[] | undefined;
  #joined: Buffer | undefined;
  readonly #flush = (): void => this.flush();

  add(flushable: Flushable): void {
    if (this.#waiting.push(flushable) === 1) setImmediate(this.#flush);
  }

  gathered(bytes: number): void {
    this.#gathered += bytes;
  }

  /** Undefined while more may gather in this turn, else a promise for its end. */
  whenRoom(): Promise<void> | undefined {
    if (this.#gathered < MAXIMUM_GATHERED) return undefined;
    return this.#room.wait();
  }

  join(frames: readonly Buffer[]): Buffer {
    if (this.#joined === undefined || !sameFrames(this.#joinedFrames, frames)) {
      this.#joinedFrames = frames;
      this.#joined = Buffer.concat(frames);
    }
    return this.#joined;
  }

  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#gathered = 0;
    for (const flushable of waiting) flushable.flush();
    this.#joined = undefined;
    this.#joinedFrames = undefined;
    this.#room.open();
  }
}

function sameFrames(a: readonly Buffer[] | undefined, b: readonly Buffer[]): boolean {
  if (a === undefined || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
