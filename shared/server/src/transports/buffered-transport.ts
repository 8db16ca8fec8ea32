import { Gate } from '../connections/gate.ts';
import type { SharedPayload } from '../connections/shared-payload.ts';
import type { Transport, TransportEvents } from '../connections/transport.ts';
import type { Flushable, WriteBatcher } from './write-batcher.ts';

/** Limits of one connection's outgoing buffer. */
export interface SendLimits {
  /** Bytes that may wait before senders are held back. */
  readonly highWaterMark: number;
  /** Bytes that may wait at all; a sender that does not wait for its sends must not fill the memory. */
  readonly maximumBufferSize: number;
  /** Time in ms that a client may leave its buffer over the mark. */
  readonly sendTimeout: number;
}

/**
 * Characters of text that gather before they are framed. Text that is put together from many pieces is a rope of small objects:
 * the sooner it becomes bytes, the less of it the garbage collector has to carry along.
 */
const MAXIMUM_TEXT = 4096;

/** Time in ms that a client has to answer a close. Source: `WebSocketOptions.CloseTimeout`. */
export const CLOSE_TIMEOUT = 5000;

/**
 * What all transports do with what is sent: gather it during one turn of the event loop, frame it once, write it in one piece,
 * hold senders back while the client does not read, and give up a client that goes on not reading.
 */
export abstract class BufferedTransport implements Transport, Flushable {
  readonly #batcher: WriteBatcher;
  readonly #limits: SendLimits;
  readonly #onTooSlow: () => void;
  #text = '';
  #bytes: Uint8Array[] = [];
  #frames: Buffer[] = [];
  #gathered = 0;
  /** What `untaken` was when it was last looked at; between two flushes it only becomes less. */
  #untaken = 0;
  #listed = false;
  #closed = false;
  readonly #room = new Gate();
  #stalled: NodeJS.Timeout | undefined;

  constructor(batcher: WriteBatcher, limits: SendLimits, onTooSlow: () => void) {
    this.#batcher = batcher;
    this.#limits = limits;
    this.#onTooSlow = onTooSlow;
  }

  abstract readonly name: string;
  /** Starts reading. */
  abstract listen(events: TransportEvents): void;
  abstract abort(): void;
  abstract pause(): void;
  abstract resume(): void;
  /** Puts a payload into the frame of this transport; the same function for all its connections. */
  protected abstract readonly frame: (payload: string | Uint8Array) => Buffer;
  /** Puts several payloads of bytes into one frame. */
  protected abstract readonly frameAll: (payloads: readonly Uint8Array[]) => Buffer;
  /** Bytes that were written and that the client has not taken. */
  protected abstract readonly untaken: number;
  protected abstract write(frames: Buffer): void;
  /** Ends the connection after all that was written. */
  protected abstract end(): void;

  send(payload: string | Uint8Array): void {
    if (this.#closed) return;
    // Small answers of one turn become one frame: a frame may hold many of a hub's.
    if (typeof payload === 'string') {
      if (this.#bytes.length > 0) this.#frameOwn();
      this.#text += payload;
      if (this.#text.length >= MAXIMUM_TEXT) this.#frameOwn();
    } else {
      if (this.#text !== '') this.#frameOwn();
      this.#bytes.push(payload);
    }
    this.#gather(payload.length);
  }

  sendShared(payload: SharedPayload): void {
    if (this.#closed) return;
    const frame = payload.framed(this.frame);
    this.#push(frame);
    this.#gather(frame.length);
  }

  whenRoom(): Promise<void> | undefined {
    if (this.#closed) return undefined;
    if (!this.#exceeds(this.#limits.highWaterMark)) return this.#batcher.whenRoom();
    return this.#room.wait();
  }

  flush(): void {
    this.#listed = false;
    this.#gathered = 0;
    if (this.#closed) return;
    this.#frameOwn();
    const frames = this.#frames;
    if (frames.length > 0) {
      this.#frames = [];
      this.write(frames.length === 1 ? (frames[0] as Buffer) : this.#batcher.join(frames));
    }
    this.taken();
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.end();
  }

  /** To be called when the client has taken something. */
  protected taken(): void {
    this.#untaken = this.untaken;
    if (this.#untaken <= this.#limits.highWaterMark) this.#release();
    else this.#stalled ??= setTimeout(() => this.#tooSlow(), this.#limits.sendTimeout);
  }

  /** To be called when the connection has come to its end: nothing is sent any more, nobody waits any more. */
  protected ended(): void {
    this.#closed = true;
    this.#frames = [];
    this.#text = '';
    this.#bytes = [];
    this.#release();
  }

  #push(frame: Buffer): void {
    this.#frameOwn();
    this.#frames.push(frame);
  }

  /** Frames what only this client gets: text or bytes, never both. */
  #frameOwn(): void {
    if (this.#text !== '') {
      this.#frames.push(this.frame(this.#text));
      this.#text = '';
    } else if (this.#bytes.length > 0) {
      this.#frames.push(this.frameAll(this.#bytes));
      this.#bytes = [];
    }
  }

  #gather(bytes: number): void {
    this.#gathered += bytes;
    this.#batcher.gathered(bytes);
    if (!this.#listed) {
      this.#listed = true;
      this.#batcher.add(this);
    }
    if (this.#exceeds(this.#limits.maximumBufferSize)) this.#tooSlow();
  }

  #exceeds(limit: number): boolean {
    if (this.#gathered + this.#untaken <= limit) return false;
    this.#untaken = this.untaken;
    return this.#gathered + this.#untaken > limit;
  }

  #tooSlow(): void {
    this.#onTooSlow();
    this.abort();
  }

  #release(): void {
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
    this.#room.open();
  }
}
