import type { Socket } from 'node:net';

/** The faults of one direction of a {@link FaultProxy}. They apply to all of its connections. */
export interface DirectionFaults {
  /** How long each byte takes in addition, in ms. The order stays the same. Default: 0. */
  delay: number;
  /** The maximum rate. Default: unlimited. */
  bytesPerSecond: number;
  /** Whether the proxy keeps what arrives, and passes it afterwards. Default: false. */
  isHeld: boolean;
  /** Whether the proxy discards what arrives. Default: false. */
  isDiscarded: boolean;
  /** The number of bytes that pass before one connection breaks. Default: unlimited. */
  bytesUntilCut: number;
}

/** Returns a direction without faults. */
export const noFaults = (): DirectionFaults => ({
  delay: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  isHeld: false,
  isDiscarded: false,
  bytesUntilCut: Number.POSITIVE_INFINITY,
});

/** The faults of one direction of a proxy, and what all of its connections have passed. */
export class Direction {
  readonly faults = noFaults();
  passedBytes = 0;
  /** The number of connections that were cut after {@link DirectionFaults.bytesUntilCut}. */
  cuts = 0;
}

/** The number of bytes that wait in the proxy before it stops reading. */
const MAXIMUM_QUEUE = 65_536;
/**
 * How often a slow direction passes bytes if its rate is more than one byte in this time, in ms.
 */
const TICK = 20;

interface Chunk {
  readonly data: Buffer;
  /** When the chunk may pass, as the time of `performance.now()`. */
  readonly dueAt: number;
}

/** Passes the bytes of one socket to another, with faults. */
export class FaultyPipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #direction: Direction;
  readonly #queue: Chunk[] = [];
  #queuedBytes = 0;
  #hasEnded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, direction: Direction) {
    this.#from = from;
    this.#to = to;
    this.#direction = direction;
    from.on('data', (data: Buffer) => this.#add(data));
    from.on('end', () => {
      this.#hasEnded = true;
      this.update();
    });
    from.on('close', () => {
      if (!this.#hasEnded) clearTimeout(this.#timer);
    });
    to.on('drain', () => this.update());
  }

  /** Passes what may pass now. Call this when the faults have changed. */
  update(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { bytesPerSecond, isHeld } = this.#direction.faults;
    if (isHeld) return;
    const isSlow = bytesPerSecond !== Number.POSITIVE_INFINITY;
    const atOnce = isSlow ? Math.max(1, Math.floor((bytesPerSecond * TICK) / 1000)) : MAXIMUM_QUEUE;
    let waiting = this.#nextWait();
    while (waiting === 0 && !this.#to.writableNeedDrain) {
      this.#pass(atOnce);
      waiting = this.#nextWait();
      if (isSlow && waiting === 0) waiting = Math.max(TICK, 1000 / bytesPerSecond);
    }
    if (waiting !== undefined && waiting > 0)
      this.#timer = setTimeout(() => this.update(), waiting);
    if (this.#queuedBytes < MAXIMUM_QUEUE) this.#from.resume();
    if (this.#hasEnded && this.#queuedBytes === 0) this.#to.end();
  }

  #add(data: Buffer): void {
    const { isDiscarded, delay } = this.#direction.faults;
    if (isDiscarded) return;
    this.#queue.push({ data, dueAt: performance.now() + delay });
    this.#queuedBytes += data.length;
    if (this.#queuedBytes >= MAXIMUM_QUEUE) this.#from.pause();
    if (this.#timer === undefined) this.update();
  }

  /** Returns how long the next chunk waits, in ms, or undefined if there is none. */
  #nextWait(): number | undefined {
    const [chunk] = this.#queue;
    return chunk === undefined ? undefined : Math.max(0, chunk.dueAt - performance.now());
  }

  /** Passes at most this number of bytes of the next chunk. */
  #pass(count: number): void {
    const chunk = this.#queue.shift() as Chunk;
    const { faults } = this.#direction;
    const length = Math.min(count, chunk.data.length, faults.bytesUntilCut);
    const rest = chunk.data.subarray(length);
    if (rest.length > 0) this.#queue.unshift({ data: rest, dueAt: chunk.dueAt });
    this.#queuedBytes -= length;
    faults.bytesUntilCut -= length;
    this.#direction.passedBytes += length;
    const data = chunk.data.subarray(0, length);
    if (faults.bytesUntilCut > 0) {
      this.#to.write(data);
      return;
    }
    faults.bytesUntilCut = Number.POSITIVE_INFINITY;
    this.#direction.cuts++;
    // A reset could overtake these bytes, so the receiver gets a normal end in the middle of a
    // frame.
    this.#queue.length = 0;
    this.#to.end(data);
    resetSocket(this.#from);
  }
}

/** Breaks a connection with a TCP reset. */
export function resetSocket(socket: Socket): void {
  // Node cannot reset a socket that has sent its end, and would then never close it.
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
