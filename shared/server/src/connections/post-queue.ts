import type { IncomingMessage } from 'node:http';
import type { MemoryBudget } from './memory-budget.ts';
import type { TransportEvents } from './transport.ts';

/** The maximum number of open POSTs of one connection. Each keeps an HTTP request open. */
export const MAXIMUM_OPEN_POSTS = 64;

/**
 * How a POST ended. `read`: the body was read. `ended`: the connection has closed. `tooMany`: too
 * many POSTs are open. `unreadable`: other code has read the body.
 */
export type PostResult = 'read' | 'ended' | 'tooMany' | 'unreadable';

interface OpenPost {
  readonly request: IncomingMessage;
  readonly resolve: (result: PostResult) => void;
}

/**
 * The POSTs of one connection. Their bodies are read one after the other. While the connection is
 * not open, a limited number of bytes is kept. All further bytes, and all bytes while the
 * connection is paused, stay in the client's socket.
 */
export class PostQueue {
  readonly #maximumEarly: number;
  readonly #budget: MemoryBudget | undefined;
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #events: TransportEvents | undefined;
  #onCut: (() => void) | undefined;
  #isPaused = false;
  #hasEnded = false;
  /** The first one is being read. */
  readonly #open: OpenPost[] = [];
  /**
   * A chunk that has been read, but can be neither delivered nor buffered yet, because a limit is
   * reached.
   */
  #heldChunk: Uint8Array | undefined;
  #stopReading: (() => void) | undefined;

  /**
   * `maximumEarly` is the number of bytes that are kept until the connection is open. `budget` is
   * shared with other connections.
   */
  constructor(maximumEarly: number, budget?: MemoryBudget) {
    this.#maximumEarly = maximumEarly;
    this.#budget = budget;
  }

  /** Reads a POST after all earlier ones. Never rejects. */
  read(request: IncomingMessage): Promise<PostResult> {
    if (this.#hasEnded) return Promise.resolve('ended');
    if (this.#open.length >= MAXIMUM_OPEN_POSTS) return Promise.resolve('tooMany');
    return new Promise((resolve) => {
      this.#open.push({ request, resolve });
      if (this.#open.length === 1) this.#readNext();
    });
  }

  /**
   * Delivers what was kept, then everything that follows. `onCut` is called if a body is cut off.
   */
  open(events: TransportEvents, onCut: () => void): void {
    const early = this.#early;
    this.#dropEarly();
    this.#events = events;
    this.#onCut = onCut;
    for (const chunk of early) events.onReceive(chunk);
    this.#continue();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#continue();
  }

  /** Ends all open POSTs, because the connection has closed. */
  end(): void {
    this.#hasEnded = true;
    this.#dropEarly();
    this.#events = undefined;
    const isHeld = this.#heldChunk !== undefined;
    this.#heldChunk = undefined;
    this.#stopReading?.();
    const [current, ...others] = this.#open.splice(0);
    for (const post of others) post.resolve('ended');
    if (current === undefined) return;
    // The chunk that ended the connection may be the last one of its body.
    setImmediate(() => {
      current.resolve(current.request.complete && !isHeld ? 'read' : 'ended');
    });
  }

  #dropEarly(): void {
    this.#budget?.release(this.#earlyBytes);
    this.#early = [];
    this.#earlyBytes = 0;
  }

  #readNext(): void {
    const post = this.#open[0];
    if (post === undefined) return;
    const { request } = post;
    if (request.readableEnded) {
      this.#readParsedBody(request);
      return;
    }
    const onData = (chunk: Uint8Array): void => {
      if (this.#deliver(chunk)) return;
      this.#heldChunk = chunk;
      request.pause();
    };
    const onEnd = (): void => {
      if (this.#heldChunk === undefined) this.#finish('read');
    };
    const onClose = (): void => {
      // A request also closes after its whole body was read, even if the last chunk is still held.
      if (request.readableEnded) return;
      // Half a message has arrived, and nothing that follows can complete it.
      this.#heldChunk = undefined;
      this.#onCut?.();
      this.#finish('ended');
    };
    this.#stopReading = () => {
      this.#stopReading = undefined;
      request.off('data', onData).off('end', onEnd).off('close', onClose);
    };
    request.on('error', ignoreError); // a 'close' event follows
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    if (request.destroyed) onClose();
  }

  /** Reads the body that middleware has already read. */
  #readParsedBody(request: IncomingMessage): void {
    const bytes = parsedBody(request);
    if (bytes === undefined) this.#finish('unreadable');
    else if (bytes.length === 0 || this.#deliver(bytes)) this.#finish('read');
    else this.#heldChunk = bytes;
  }

  /** Delivers or keeps a chunk. Returns false if this is not possible now. */
  #deliver(chunk: Uint8Array): boolean {
    if (this.#events !== undefined) {
      if (this.#isPaused) return false;
      this.#events.onReceive(chunk);
      return true;
    }
    if (this.#earlyBytes + chunk.length > this.#maximumEarly) return false;
    if (this.#budget?.tryTake(chunk.length) === false) return false;
    this.#early.push(chunk);
    this.#earlyBytes += chunk.length;
    return true;
  }

  /** Continues with the POST that had to wait. */
  #continue(): void {
    const chunk = this.#heldChunk;
    if (chunk === undefined) return;
    this.#heldChunk = undefined;
    const post = this.#open[0];
    if (!this.#deliver(chunk)) {
      this.#heldChunk = chunk;
      return;
    }
    // Delivering the chunk may have closed the connection.
    if (post === undefined || this.#open[0] !== post) return;
    if (post.request.readableEnded) this.#finish('read');
    else post.request.resume();
  }

  #finish(result: PostResult): void {
    this.#stopReading?.();
    this.#open.shift()?.resolve(result);
    this.#readNext();
  }
}

const ignoreError = (): void => undefined;

/**
 * Returns the body that middleware such as `express.text()` has read. Undefined if it has not kept
 * the bytes.
 */
export function parsedBody(request: IncomingMessage): Uint8Array | undefined {
  const { body } = request as IncomingMessage & { body?: unknown };
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  return request.headers['content-length'] === '0' ? Buffer.alloc(0) : undefined;
}
