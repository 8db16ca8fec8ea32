import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { TransportEvents } from '../connections/transport.ts';
import { BufferedTransport, type SendLimits } from './buffered-transport.ts';
import { joinedFrame, webSocketFrame } from './web-socket-frame.ts';
import type { WriteBatcher } from './write-batcher.ts';

/** What `ws` gives as the code when the socket ended without a Close frame. Source: RFC 6455, section 7.1.5. */
const NO_CLOSE_FRAME = 1006;

/**
 * The WebSocket transport. `ws` does the opening handshake, reading, pings and closing; frames that are sent are written to the
 * socket itself, because only so can one prebuilt frame serve many connections and one write many frames.
 */
export class WebSocketTransport extends BufferedTransport {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  #events: TransportEvents | undefined;
  #broken = true;

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
  }

  get name() {
    return 'WebSockets' as const;
  }

  listen(events: TransportEvents): void {
    this.#events = events;
    this.#webSocket.on('message', (data: Buffer, isBinary: boolean) =>
      // `ws` has checked that text is UTF-8; bytes are checked by who decodes them.
      this.#events?.onReceive(isBinary ? data : data.toString('utf8')),
    );
    this.#webSocket.on('error', () => (this.#broken = false)); // the peer breaks RFC 6455; a 'close' follows
    this.#webSocket.on('close', (code) => {
      this.ended();
      this.#events?.onClose(this.#broken && code === NO_CLOSE_FRAME);
    });
    this.#socket.on('drain', () => this.taken());
  }

  /** Ends without a word to the connection, which goes on with another transport. */
  abandon(): void {
    this.#events = undefined;
    this.abort();
  }

  abort(): void {
    this.ended();
    this.#webSocket.terminate();
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  protected get frame() {
    return webSocketFrame;
  }

  protected get frameAll() {
    return joinedFrame;
  }

  protected get untaken(): number {
    return this.#socket.writableLength;
  }

  protected write(frames: Buffer): void {
    this.#socket.write(frames);
  }

  protected end(): void {
    this.#webSocket.close(1000);
  }
}
