import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { TransportEvents } from '../connections/transport.ts';
import { BufferedTransport, CLOSE_TIMEOUT, type SendLimits } from './buffered-transport.ts';
import { SlicedWriter } from './sliced-writer.ts';
import { FrameReader, type FrameReaderEvents } from './web-socket/frame-reader.ts';
import { observe, type WebSocketObserver } from './web-socket/observed-web-socket.ts';
import { endOfFrames, joinedFrame, webSocketFrame } from './web-socket-frame.ts';
import type { WriteBatcher } from './write-batcher.ts';

/** The close code if the socket closed without a Close frame. Source: RFC 6455, section 7.1.5. */
const NO_CLOSE_FRAME = 1006;

type DataListener = (chunk: Buffer) => void;

/**
 * The WebSocket transport. The library `ws` does the opening handshake, answers pings, and
 * closes. Messages are read directly from the socket, so that large ones are passed on in parts.
 * Frames are written directly to the socket, so that one prebuilt frame can be sent to many clients
 * and one write can contain many frames.
 */
export class WebSocketTransport
  extends BufferedTransport
  implements WebSocketObserver, FrameReaderEvents
{
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #writer: SlicedWriter;
  #events: TransportEvents | undefined;
  /** False if the client violated RFC 6455. */
  #isLost = true;
  #reader: FrameReader | undefined;
  #libraryListener: DataListener | undefined;

  constructor(
    webSocket: WebSocket,
    socket: Duplex,
    batcher: WriteBatcher,
    limits: SendLimits,
    onTooSlow: () => void,
  ) {
    super(batcher, limits, onTooSlow);
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#writer = new SlicedWriter(socket, endOfFrames);
  }

  get name() {
    return 'WebSockets' as const;
  }

  listen(events: TransportEvents): void {
    this.#events = events;
    observe(this.#webSocket, this);
    const socket = this.#socket;
    const reader = new FrameReader(this);
    this.#reader = reader;
    // The reader passes to the library what it must answer.
    const libraryListener = socket.listeners('data').at(-1) as DataListener;
    this.#libraryListener = libraryListener;
    socket.off('data', libraryListener);
    socket.on('data', (chunk: Buffer) => reader.read(chunk));
    socket.on('drain', () => {
      this.#writer.continue();
      this.onBytesSent();
    });
  }

  onPayload(payload: string | Uint8Array): void {
    this.#events?.onReceive(payload);
  }

  readByLibrary(frame: Buffer): void {
    this.#libraryListener?.call(this.#socket, frame);
  }

  onLibraryError(): void {
    this.#isLost = false;
    this.#reader?.stop();
  }

  onLibraryClose(code: number): void {
    this.stopSending();
    this.#writer.clear();
    this.#events?.onClose(this.#isLost && code === NO_CLOSE_FRAME);
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
    this.resume();
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
    this.#reader?.pause();
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
    this.#reader?.resume();
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
