import type { IncomingMessage } from 'node:http';
import { Gate } from './gate.ts';
import type { TransportEvents } from './transport.ts';

/** POSTs of one connection that may wait their turn; each holds an HTTP request open. */
const MAXIMUM_WAITING = 64;

/** How a POST ended: read, come to a connection that is over, one too many, or read by somebody else before. */
export type PostResult = 'read' | 'ended' | 'tooMany' | 'unreadable';

/**
 * What a client POSTs to its connection: one body after the other, handed on piece by piece. Where the connection is not open yet
 * a little is kept; beyond that, and while the connection is paused, bodies are left in the client's socket.
 */
export class PostQueue {
  readonly #maximumEarly: number;
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #events: TransportEvents | undefined;
  #onCut: (() => void) | undefined;
  #paused = false;
  #ended = false;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();
  /** Opens when waiting bodies may continue, or must stop. */
  readonly #gate = new Gate();

  /** `maximumEarly` is what is kept before the connection opens, in bytes. */
  constructor(maximumEarly: number) {
    this.#maximumEarly = maximumEarly;
  }

  /** Reads one POST after those that came before it. Never rejects. */
  read(request: IncomingMessage): Promise<PostResult> {
    if (this.#ended) return Promise.resolve('ended');
    if (this.#waiting >= MAXIMUM_WAITING) return Promise.resolve('tooMany');
    this.#waiting++;
    const turn = this.#last.then(() => this.#read(request));
    this.#last = turn;
    return turn;
  }

  /** The connection is open: it gets what came early, then all the rest. `onCut` is told of a body that breaks off. */
  open(events: TransportEvents, onCut: () => void): void {
    const early = this.#early;
    this.#early = [];
    this.#earlyBytes = 0;
    this.#events = events;
    this.#onCut = onCut;
    for (const piece of early) events.onReceive(piece);
    this.#gate.open();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#gate.open();
  }

  /** The connection is over: those that wait are let go. */
  end(): void {
    this.#ended = true;
    this.#early = [];
    this.#events = undefined;
    this.#gate.open();
  }

  async #read(request: IncomingMessage): Promise<PostResult> {
    try {
      if (this.#ended) return 'ended';
      const body = bodyOf(request);
      if (body === undefined) return 'unreadable';
      for await (const piece of body) {
        while (!this.#ended && this.#isHeld(piece.length)) await this.#gate.wait();
        if (this.#ended) return 'ended';
        if (this.#events !== undefined) this.#events.onReceive(piece);
        else {
          this.#early.push(piece);
          this.#earlyBytes += piece.length;
        }
      }
      return 'read';
    } catch {
      this.#onCut?.(); // half a message has come, and nothing that fits can follow it
      return 'ended';
    } finally {
      this.#waiting--;
    }
  }

  #isHeld(length: number): boolean {
    return this.#events === undefined
      ? this.#earlyBytes + length > this.#maximumEarly
      : this.#paused;
  }
}

/** The body in pieces; whole where a middleware such as `express.text()` has read it already. */
function bodyOf(
  request: IncomingMessage,
): AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined {
  if (!request.readableEnded) {
    return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>; // its answer goes the same way
  }
  const { body } = request as IncomingMessage & { body?: unknown };
  if (typeof body === 'string') return [Buffer.from(body)];
  if (body instanceof Uint8Array) return [body];
  return request.headers['content-length'] === '0' ? [] : undefined;
}
