import type { IncomingMessage } from 'node:http';
import type { BytesInFlight } from '../limits/bytes-in-flight.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { TransportEvents } from './transport.ts';

/** The maximum number of open POSTs of one connection. Each keeps an HTTP request open. */
export const MAXIMUM_OPEN_POSTS = 64;

/**
 * How a POST ended. `read`: the body was read. `ended`: the connection has closed. `tooMany`: too
 * many POSTs are open. `unreadable`: other code has read the body.
 */
export type PostResult = 'read' | 'ended' | 'tooMany' | 'unreadable';

const empty = Buffer.alloc(0);

/** Bytes in one buffer, because each of many small chunks would take more memory than its bytes. */
class KeptBytes {
  readonly #maximum: number;
  #buffer = empty;
  #length = 0;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  get length(): number {
    return this.#length;
  }

  hasRoom(bytes: number): boolean {
    return this.#length + bytes <= this.#maximum;
  }

  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = length;
  }

  /** Removes the last bytes. */
  drop(bytes: number): void {
    this.#length -= bytes;
    if (this.#length === 0) this.#buffer = empty;
  }

  /** Removes and returns all bytes. */
  take(): Buffer {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.drop(this.#length);
    return bytes;
  }
}

interface OpenPost {
  readonly request: IncomingMessage;
  readonly resolve: (result: PostResult) => void;
}

/**
 * The POSTs of one connection. Their bodies are read one after the other. While the connection is
 * not open or is paused, a limited number of bytes is kept, and POSTs that fit are answered. All
 * further bytes stay in the client's socket.
 * Source: the pipe of `HttpConnectionContext` of ASP.NET Core.
 */
export class PostQueue {
  readonly #budget: MemoryBudget | undefined;
  /** What was read and not delivered. */
  readonly #kept: KeptBytes;
  #events: TransportEvents | undefined;
  #bytesInFlight: BytesInFlight | undefined;
  #onCut: (() => void) | undefined;
  #isPaused = false;
  /** Whether kept bytes are being delivered. What follows them must wait. */
  #isDelivering = false;
  #hasEnded = false;
  /** The first one is being read. */
  readonly #open: OpenPost[] = [];
  /**
   * A chunk that has been read, but can be neither delivered nor kept yet, because a limit is
   * reached.
   */
  #heldChunk: Uint8Array | undefined;
  #stopReading: (() => void) | undefined;
  /** Whether a part of the POST that is being read was delivered. */
  #isDelivered = false;
  /** The bytes of the POST that is being read at the end of `#kept`. */
  #keptOfCurrent = 0;

  /**
   * `maximumKept` is the number of bytes that are kept while the connection is not open or is
   * paused. `budget` is shared with other connections, and limits what is kept until the connection
   * is open.
   */
  constructor(maximumKept: number, budget?: MemoryBudget) {
    this.#kept = new KeptBytes(maximumKept);
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
   * Delivers what was kept, then everything that follows. `onCut` is called if a body is cut off
   * after a part of it was delivered. What is kept later counts as `bytesInFlight`.
   */
  open(events: TransportEvents, onCut: () => void, bytesInFlight?: BytesInFlight): void {
    this.#budget?.release(this.#kept.length);
    bytesInFlight?.change(this.#kept.length);
    this.#events = events;
    this.#onCut = onCut;
    this.#bytesInFlight = bytesInFlight;
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
    this.#forget(this.#kept.length);
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

  /** Drops the last of the kept bytes. */
  #forget(bytes: number): void {
    this.#kept.drop(bytes);
    this.#keptOfCurrent = 0;
    if (this.#events === undefined) this.#budget?.release(bytes);
    else this.#bytesInFlight?.change(-bytes);
  }

  #readNext(): void {
    const post = this.#open[0];
    if (post === undefined) return;
    const { request } = post;
    this.#isDelivered = false;
    this.#keptOfCurrent = 0;
    if (isAborted(request)) {
      this.#finish('ended');
      return;
    }
    if (request.readableEnded) {
      this.#readParsedBody(request);
      return;
    }
    const onData = (data: Uint8Array | string): void => {
      // Other code may have set an encoding.
      const encoding = request.readableEncoding as BufferEncoding;
      const chunk = typeof data === 'string' ? Buffer.from(data, encoding) : data;
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
      this.#heldChunk = undefined;
      if (this.#isDelivered) {
        // Half a message has arrived, and nothing that follows can complete it.
        this.#onCut?.();
      } else this.#forget(this.#keptOfCurrent);
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
    if (this.#events !== undefined && !this.#isPaused) {
      this.#isDelivered = true;
      this.#events.onReceive(chunk);
      return true;
    }
    if (!this.#kept.hasRoom(chunk.length)) return false;
    if (this.#events === undefined) {
      if (this.#budget?.tryTake(chunk.length) === false) return false;
    } else {
      if (this.#bytesInFlight?.isExceeded === true) return false;
      this.#bytesInFlight?.change(chunk.length);
    }
    this.#kept.add(chunk);
    this.#keptOfCurrent += chunk.length;
    return true;
  }

  /** Delivers what was kept, and continues with the POST that had to wait. */
  #continue(): void {
    if (this.#isDelivering) return;
    if (!this.#isPaused) this.#deliverKept();
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

  #deliverKept(): void {
    if (this.#events === undefined || this.#kept.length === 0) return;
    if (this.#keptOfCurrent > 0) this.#isDelivered = true;
    this.#keptOfCurrent = 0;
    const bytes = this.#kept.take();
    this.#bytesInFlight?.change(-bytes.length);
    this.#isDelivering = true;
    this.#events.onReceive(bytes);
    this.#isDelivering = false;
  }

  #finish(result: PostResult): void {
    this.#stopReading?.();
    this.#open.shift()?.resolve(result);
    this.#readNext();
  }
}

const ignoreError = (): void => undefined;

/** Over HTTP/2, the body of an aborted request that nobody reads ends as if it had been read. */
const isAborted = (request: object): boolean =>
  (request as { readonly aborted?: boolean }).aborted === true;

/**
 * Returns the body that middleware such as `express.text()` has read. Undefined if it has not kept
 * the bytes.
 */
export function parsedBody(request: IncomingMessage): Uint8Array | undefined {
  const { body } = request as IncomingMessage & { body?: unknown };
  const length = request.headers['content-length'];
  if (typeof body === 'string') {
    const bytes = Buffer.from(body);
    const isDecompressed = request.headers['content-encoding'] !== undefined;
    // Text that was binary data has other bytes.
    const isComplete = length === undefined || isDecompressed || bytes.length === Number(length);
    return isComplete ? bytes : undefined;
  }
  if (body instanceof Uint8Array) return body;
  return length === '0' ? empty : undefined;
}
