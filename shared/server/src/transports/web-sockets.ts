import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { TransportEvents } from '../connections/transport.ts';
import { BufferedTransport, CLOSE_TIMEOUT, type SendLimits } from './buffered-transport.ts';
import { SlicedWriter } from './sliced-writer.ts';
import { type ReceiveLimits, UnfinishedMessage } from './unfinished-message.ts';
import { endOfFrames, joinedFrame, webSocketFrame } from './web-socket-frame.ts';
import type { WriteBatcher } from './write-batcher.ts';

/** The close code if the socket closed without a Close frame. Source: RFC 6455, section 7.1.5. */
const NO_CLOSE_FRAME = 1006;

/** The close code of a message that is too large. Source: RFC 6455, section 7.4.1. */
const MESSAGE_TOO_BIG = 1009;
/** The size of the header of a control frame from a client, in bytes. */
const CONTROL_HEADER = 6;

/**
 * The WebSocket transport. The library `ws` does the opening handshake, reading, pings and closing.
 * Frames are written directly to the socket, so that one prebuilt frame can be sent to many clients
 * and one write can contain many frames.
 */
export class WebSocketTransport extends BufferedTransport {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #writer: SlicedWriter;
  #events: TransportEvents | undefined;
  /** False if the client violated RFC 6455. */
  #isLost = true;
  readonly #unfinished: UnfinishedMessage | undefined;

  constructor(
    webSocket: WebSocket,
    socket: Duplex,
    batcher: WriteBatcher,
    limits: SendLimits,
    onTooSlow: () => void,
    receiveLimits?: ReceiveLimits,
  ) {
    super(batcher, limits, onTooSlow);
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#writer = new SlicedWriter(socket, endOfFrames);
    this.#unfinished =
      receiveLimits && new UnfinishedMessage(receiveLimits, () => this.#refuseMessage());
  }

  get name() {
    return 'WebSockets' as const;
  }

  listen(events: TransportEvents): void {
    this.#events = events;
    this.#webSocket.on('message', (data: Buffer, isBinary: boolean) => {
      this.#unfinished?.complete();
      // `ws` has checked that text is UTF-8.
      this.#events?.onReceive(isBinary ? data : data.toString('utf8'));
    });
    // A 'close' event follows.
    this.#webSocket.on('error', () => {
      this.#isLost = false;
    });
    this.#webSocket.on('close', (code) => {
      this.#unfinished?.reset();
      this.stopSending();
      this.#writer.clear();
      this.#events?.onClose(this.#isLost && code === NO_CLOSE_FRAME);
    });
    this.#limitUnfinishedMessages();
    this.#socket.on('drain', () => {
      this.#writer.continue();
      this.onBytesSent();
    });
  }

  abandon(): void {
    this.#events = undefined;
    this.abort();
  }

  drop(): void {
    this.#events = undefined;
    this.flush();
    this.stopSending();
    // What the client still sends is read and ignored: otherwise, closing would reset the socket.
    this.#webSocket.resume();
    this.#writer.whenEmpty(() => this.#socket.end());
    const timer = setTimeout(() => this.abort(), CLOSE_TIMEOUT).unref();
    this.#socket.once('close', () => clearTimeout(timer));
  }

  abort(): void {
    this.stopSending();
    this.#writer.clear();
    this.#webSocket.terminate();
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  #limitUnfinishedMessages(): void {
    const unfinished = this.#unfinished;
    if (unfinished === undefined) return;
    const onControlFrame = (data: Buffer): void =>
      unfinished.addControlFrame(data.length + CONTROL_HEADER);
    this.#webSocket.on('ping', onControlFrame);
    this.#webSocket.on('pong', onControlFrame);
    // `ws` listens first, so it has already reported the complete messages of a chunk.
    this.#socket.on('data', (chunk: Buffer) => unfinished.addChunk(chunk.length));
  }

  /** Closes the connection, because the client does not finish a large message. */
  #refuseMessage(): void {
    this.#isLost = false;
    this.#webSocket.close(MESSAGE_TOO_BIG);
    this.abort();
  }

  protected get frame() {
    return webSocketFrame;
  }

  protected get frameAll() {
    return joinedFrame;
  }

  protected get unsentBytes(): number {
    return this.#writer.unsentBytes;
  }

  protected write(frames: Buffer): void {
    this.#writer.write(frames);
  }

  protected end(): void {
    this.#writer.whenEmpty(() => this.#webSocket.close(1000));
  }
}
