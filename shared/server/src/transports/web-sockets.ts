import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { SharedPayload } from '../connections/shared-payload.ts';
import type { Transport, TransportEvents } from '../connections/transport.ts';
import { webSocketFrame } from './web-socket-frame.ts';
import type { WriteBatcher } from './write-batcher.ts';

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

/**
 * The WebSocket transport. `ws` does the opening handshake, reading, pings and closing; frames that are sent are written to the
 * socket itself, because only so can one prebuilt frame serve many connections and one write many frames.
 */
export class WebSocketTransport implements Transport {
  readonly name = 'WebSockets';
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #batcher: WriteBatcher;
  readonly #limits: SendLimits;
  readonly #onTooSlow: () => void;
  #text = '';
  #frames: Buffer[] = [];
  #gathered = 0;
  #listed = false;
  #closed = false;
  #room: Promise<void> | undefined;
  #giveRoom: (() => void) | undefined;
  #stalled: NodeJS.Timeout | undefined;

  constructor(webSocket: WebSocket, socket: Duplex, batcher: WriteBatcher, limits: SendLimits, onTooSlow: () => void) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#batcher = batcher;
    this.#limits = limits;
    this.#onTooSlow = onTooSlow;
  }

  /** Starts reading. */
  listen(events: TransportEvents): void {
    this.#webSocket.on('message', (data: Buffer, isBinary: boolean) =>
      // `ws` has checked that text is UTF-8; bytes are checked by who decodes them.
      events.onReceive(isBinary ? data : data.toString('utf8')),
    );
    this.#webSocket.on('error', () => undefined); // a 'close' follows
    this.#webSocket.on('close', () => {
      this.#closed = true;
      this.#frames = [];
      this.#text = '';
      this.#release();
      events.onClose();
    });
    this.#socket.on('drain', () => this.#release());
  }

  send(payload: string | Uint8Array): void {
    if (this.#closed) return;
    // Small answers of one turn become one frame: a WebSocket message may hold many records.
    if (typeof payload === 'string') {
      this.#text += payload;
      if (this.#text.length >= MAXIMUM_TEXT) this.#frameText();
    } else this.#push(webSocketFrame(payload));
    this.#gather(payload.length);
  }

  sendShared(payload: SharedPayload): void {
    if (this.#closed) return;
    const frame = payload.framed(webSocketFrame);
    this.#push(frame);
    this.#gather(frame.length);
  }

  whenRoom(): Promise<void> | undefined {
    if (this.#closed) return undefined;
    if (this.#gathered + this.#socket.writableLength <= this.#limits.highWaterMark) return this.#batcher.whenRoom();
    this.#room ??= new Promise((resolve) => (this.#giveRoom = resolve));
    return this.#room;
  }

  flush(): void {
    this.#listed = false;
    this.#gathered = 0;
    if (this.#closed) return;
    if (this.#text !== '') this.#frameText();
    const frames = this.#frames;
    if (frames.length > 0) {
      this.#frames = [];
      this.#socket.write(frames.length === 1 ? (frames[0] as Buffer) : this.#batcher.join(frames));
    }
    if (this.#socket.writableLength <= this.#limits.highWaterMark) this.#release();
    else this.#stalled ??= setTimeout(() => this.#tooSlow(), this.#limits.sendTimeout);
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.#webSocket.close(1000);
  }

  abort(): void {
    this.#closed = true;
    this.#webSocket.terminate();
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  #push(frame: Buffer): void {
    if (this.#text !== '') this.#frameText();
    this.#frames.push(frame);
  }

  #frameText(): void {
    this.#frames.push(webSocketFrame(this.#text));
    this.#text = '';
  }

  #gather(bytes: number): void {
    this.#gathered += bytes;
    this.#batcher.gathered(bytes);
    if (!this.#listed) {
      this.#listed = true;
      this.#batcher.add(this);
    }
    if (this.#gathered + this.#socket.writableLength > this.#limits.maximumBufferSize) this.#tooSlow();
  }

  #tooSlow(): void {
    this.#onTooSlow();
    this.abort();
  }

  #release(): void {
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
    this.#room = undefined;
    this.#giveRoom?.();
    this.#giveRoom = undefined;
  }
}
