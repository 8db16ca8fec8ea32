import { Deadline } from '../connections/deadline.ts';
import { Gate } from '../connections/gate.ts';
import type { BytesInFlight } from '../limits/bytes-in-flight.ts';
import type { SharedPayload } from '../connections/shared-payload.ts';
import type { Transport, TransportEvents } from '../connections/transport.ts';
import type { Flushable, WriteBatcher } from './write-batcher.ts';

/** The limits of one connection's outgoing buffer. */
export interface SendLimits {
  /** The number of buffered bytes above which senders wait. */
  readonly highWaterMark: number;
  /**
   * The maximum number of buffered bytes, in addition to the largest message. It limits the memory
   * of applications that do not wait for their sends.
   */
  readonly maximumBufferSize: number;
  /**
   * How long a client may read nothing while its buffer is above the high-water mark, in ms.
   * Reading counts in steps of 64 KB.
   */
  readonly sendTimeout: number;
  /** The bytes of all connections. Undefined if they are not limited. */
  readonly bytesInFlight?: BytesInFlight | undefined;
}

/**
 * The number of characters that are collected before they are framed. Text that is the sum of many
 * strings consists of many objects, which the garbage collector must visit until they become bytes.
 */
const MAXIMUM_TEXT = 4096;

/** How long a client may take to answer a close, in ms. Source: `WebSocketOptions.CloseTimeout`. */
export const CLOSE_TIMEOUT = 5000;

/**
 * The part of sending that all transports share. Payloads of one turn of the event loop are
 * collected, framed once and written together. Senders wait while the client does not read. A
 * client that reads nothing for too long is disconnected.
 */
export abstract class BufferedTransport implements Transport, Flushable {
  readonly #batcher: WriteBatcher;
  readonly #limits: SendLimits;
  readonly #onTooSlow: () => void;
  #text = '';
  #bytes: Uint8Array[] = [];
  #frames: Buffer[] = [];
  /** The bytes that were added in this turn. */
  #addedBytes = 0;
  /** The last known value of `unsentBytes`. It only decreases between two flushes. */
  #unsentBytes = 0;
  /** The size of the largest message since the buffer was last below the high-water mark. */
  #largestMessage = 0;
  #isScheduled = false;
  #isClosed = false;
  /** Whether nothing more is sent, so that bytes of the socket no longer count. */
  #isStopped = false;
  readonly #room = new Gate();
  #progress = 0;
  /** The value of `#progress` when the stall deadline started. */
  #stalledProgress = 0;
  #stallDeadline: Deadline | undefined;

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
  /** Frames a payload. Must be the same function for all connections of the transport. */
  protected abstract readonly frame: (payload: string | Uint8Array) => Buffer;
  /** Frames several payloads of bytes together. */
  protected abstract readonly frameAll: (payloads: readonly Uint8Array[]) => Buffer;
  /** The bytes that were written and that the operating system has not accepted. */
  protected abstract readonly unsentBytes: number;
  protected abstract write(frames: Buffer): void;
  /** Closes the connection after the written data has been sent. */
  protected abstract end(): void;

  get progress(): number {
    return this.#progress;
  }

  send(payload: string | Uint8Array): void {
    if (this.#isClosed) return;
    // Small messages of one turn become one frame, because a frame may contain many hub messages.
    if (typeof payload === 'string') {
      if (this.#bytes.length > 0) this.#frameCollected();
      this.#text += payload;
      if (this.#text.length >= MAXIMUM_TEXT) this.#frameCollected();
    } else {
      if (this.#text !== '') this.#frameCollected();
      this.#bytes.push(payload);
    }
    this.#add(byteLength(payload));
  }

  sendShared(payload: SharedPayload): void {
    if (this.#isClosed) return;
    const frame = payload.framed(this.frame);
    this.#frameCollected();
    this.#frames.push(frame);
    this.#add(frame.length);
  }

  whenRoom(): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    if (!this.#exceeds(this.#limits.highWaterMark)) return this.#batcher.whenRoom();
    return this.#room.wait();
  }

  flush(): void {
    this.#isScheduled = false;
    this.#addedBytes = 0;
    if (this.#isClosed) return;
    this.#frameCollected();
    const frames = this.#frames;
    if (frames.length > 0) {
      this.#frames = [];
      this.write(frames.length === 1 ? (frames[0] as Buffer) : this.#batcher.join(frames));
    }
    this.#updateRoom();
  }

  close(): void {
    if (this.#isClosed) return;
    this.flush();
    this.#isClosed = true;
    this.#updateRoom();
    this.end();
  }

  /** Call this when bytes have left the buffer of the transport. */
  protected onBytesSent(): void {
    this.#progress++;
    this.#updateRoom();
  }

  /** Call this when the connection has closed: senders wait no longer, and nothing more is sent. */
  protected stopSending(): void {
    this.#isClosed = true;
    this.#frames = [];
    this.#text = '';
    this.#bytes = [];
    this.#setUnsentBytes(0);
    this.#isStopped = true;
    this.#release();
  }

  /** Frames the collected payloads, which are either text or bytes. */
  #frameCollected(): void {
    if (this.#text !== '') {
      this.#frames.push(this.frame(this.#text));
      this.#text = '';
    } else if (this.#bytes.length > 0) {
      this.#frames.push(this.frameAll(this.#bytes));
      this.#bytes = [];
    }
  }

  #add(bytes: number): void {
    this.#addedBytes += bytes;
    if (bytes > this.#largestMessage) this.#largestMessage = bytes;
    this.#batcher.countBytes(bytes);
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      this.#batcher.add(this);
    }
    // One large message is not a backlog, however large it is.
    if (this.#exceeds(this.#limits.maximumBufferSize + this.#largestMessage)) this.#abortSlow();
  }

  #exceeds(limit: number): boolean {
    if (this.#addedBytes + this.#unsentBytes <= limit) return false;
    this.#setUnsentBytes(this.unsentBytes);
    return this.#addedBytes + this.#unsentBytes > limit;
  }

  #setUnsentBytes(bytes: number): void {
    this.#limits.bytesInFlight?.change(bytes - this.#unsentBytes);
    this.#unsentBytes = bytes;
  }

  #updateRoom(): void {
    if (this.#isStopped) return;
    this.#setUnsentBytes(this.unsentBytes);
    // While the connection closes, every remaining byte must make progress.
    const limit = this.#isClosed ? 0 : this.#limits.highWaterMark;
    if (this.#unsentBytes <= limit) this.#release();
    else if (this.#limits.bytesInFlight?.isExceeded === true) this.#abortSlow();
    else if (this.#stallDeadline === undefined) this.#startStallDeadline();
  }

  #startStallDeadline(): void {
    this.#stalledProgress = this.#progress;
    this.#stallDeadline = new Deadline(() => this.#checkProgress(), this.#limits.sendTimeout);
  }

  #checkProgress(): void {
    if (this.#progress !== this.#stalledProgress) this.#startStallDeadline();
    else if (this.#isClosed) this.abort();
    else this.#abortSlow();
  }

  #abortSlow(): void {
    this.#onTooSlow();
    this.abort();
  }

  #release(): void {
    this.#stallDeadline?.stop();
    this.#stallDeadline = undefined;
    this.#largestMessage = 0;
    this.#room.open();
  }
}

/** Returns the size of a payload. Only for large text, its characters are counted. */
const byteLength = (payload: string | Uint8Array): number =>
  typeof payload === 'string' && payload.length > MAXIMUM_TEXT
    ? Buffer.byteLength(payload)
    : payload.length;
