import { connect, type Socket } from 'node:net';
import { FrameReader } from './frame-reader.ts';
import { clientFrame, HANDSHAKE, upgradeRequest } from './raw-web-socket.ts';

/** How a client reads: all at once, 64 KB at a time with pauses, or nothing. */
export type Reading = 'fast' | 'slow' | 'never';

const PING = clientFrame('{"type":6}\u001e');
const HEADERS_END = '\r\n\r\n';

/**
 * A WebSocket client that takes little memory, for thousands of connections. It checks that the
 * numbered messages of the server arrive without a gap, and how long the server is silent.
 */
export class LoadClient {
  readonly #socket: Socket;
  readonly #reader = new FrameReader((head, length) => this.#onMessage(head, length));
  #isOpen = false;
  #error = 'the server has closed the connection';
  #onOpen: () => void = () => undefined;
  #lastDataAt = performance.now();
  /** The first and the next number of the server's messages. */
  firstNumber: number | undefined;
  nextNumber: number | undefined;
  lost = 0;
  bytes = 0;
  calls = 0;
  results = 0;
  longestSilence = 0;
  isClosed = false;
  /** Called when a message or a result has arrived, and when the connection has closed. */
  onChange: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', ({ message }) => {
      this.#error = message;
    });
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('close', () => {
      this.isClosed = true;
      this.#onOpen();
      this.onChange();
    });
  }

  /** Connects without negotiation. Rejects if the server refuses the connection. */
  static async connect(port: number): Promise<LoadClient> {
    const client = new LoadClient(connect(port, '127.0.0.1'));
    const opened = new Promise<void>((resolve) => {
      client.#onOpen = resolve;
    });
    client.#socket.write(upgradeRequest(port));
    client.#socket.write(clientFrame(HANDSHAKE));
    await opened;
    if (client.isClosed) throw new Error(`A client could not connect: ${client.#error}.`);
    client.#lastDataAt = performance.now();
    return client;
  }

  /** Reads as fast as possible, 64 KB in each `pause`, or nothing any more. */
  setReading(reading: Reading, pause = 0): void {
    this.#socket.removeAllListeners('data');
    if (reading === 'never') {
      this.#socket.pause();
      return;
    }
    this.#socket.on('data', (chunk: Buffer) => {
      this.#onData(chunk);
      if (reading === 'fast') return;
      this.#socket.pause();
      setTimeout(() => this.#socket.resume(), pause);
    });
    this.#socket.resume();
  }

  ping(): void {
    this.#socket.write(PING);
  }

  call(): void {
    this.calls++;
    const id = `${this.calls}`;
    this.#socket.write(
      clientFrame(`{"type":1,"invocationId":"${id}","target":"Echo","arguments":["${id}"]}\u001e`),
    );
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Counts the silence until now, too. */
  updateSilence(): void {
    const now = performance.now();
    this.longestSilence = Math.max(this.longestSilence, now - this.#lastDataAt);
    this.#lastDataAt = now;
  }

  #onData(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.updateSilence();
    let payload = chunk;
    if (!this.#isOpen) {
      const end = chunk.indexOf(HEADERS_END);
      if (end === -1) return;
      this.#isOpen = true;
      payload = chunk.subarray(end + HEADERS_END.length);
    }
    this.#reader.read(payload);
  }

  #onMessage(head: string, length: number): void {
    if (length === 2) {
      this.#onOpen(); // The response to the handshake is `{}`.
      return;
    }
    const type = head[8];
    if (type === '3') {
      this.results++;
      this.onChange();
    } else if (type === '1') this.#onNumbered(head);
  }

  #onNumbered(head: string): void {
    const [, text = ''] = /"arguments":\[(\d+)/.exec(head) ?? [];
    const number = Number(text);
    this.firstNumber ??= number;
    this.nextNumber ??= number;
    // A number that arrives again or too early is also a fault.
    this.lost += Math.abs(number - this.nextNumber);
    this.nextNumber = number + 1;
    this.onChange();
  }
}
