import type { Socket } from 'node:net';
import { createTextFrame } from './text-frame.ts';

/** The number of bytes that may wait in a socket before senders wait, too. */
const MAX_UNSENT_BYTES = 64 * 1024;
/**
 * The number of bytes that may gather in one turn of the event loop, for all connections together.
 */
const MAX_GATHERED_BYTES = 8 * 1024 * 1024;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves when the socket accepts more bytes, or is closed. */
const waitForDrain = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', resolve);
  });

/** Collects what is sent to one connection in a turn of the event loop. */
export class TurnOutput {
  readonly socket: Socket;
  readonly #writer: TurnWriter;
  #text = '';
  #frames: Buffer[] = [];
  #isListed = false;

  constructor(socket: Socket, writer: TurnWriter) {
    this.socket = socket;
    this.#writer = writer;
  }

  /** Sends text to this connection only. Texts of one turn share a frame. */
  sendText(text: string): void {
    this.#text += text;
    this.#list();
  }

  /** Sends a frame that other connections receive too. */
  sendFrame(frame: Buffer): void {
    this.#endText();
    this.#frames.push(frame);
    this.#list();
  }

  /** Returns the frames of this turn, and forgets them. */
  takeFrames(): readonly Buffer[] {
    this.#isListed = false;
    this.#endText();
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  #endText(): void {
    if (this.#text === '') return;
    this.#frames.push(createTextFrame(this.#text));
    this.#text = '';
  }

  #list(): void {
    if (this.#isListed) return;
    this.#isListed = true;
    this.#writer.add(this);
  }
}

const areSame = (first: readonly Buffer[], second: readonly Buffer[]): boolean =>
  first.length === second.length && first.every((frame, i) => frame === second[i]);

/**
 * Writes everything that was sent to a connection in one turn of the event loop at once.
 * Connections that receive the same frames share one joined buffer.
 */
export class TurnWriter {
  #listed: TurnOutput[] = [];
  #gatheredBytes = 0;

  add(output: TurnOutput): void {
    if (this.#listed.length === 0) setImmediate(() => this.#flush());
    this.#listed.push(output);
  }

  /** Sends a frame to connections. Resolves when the receivers keep up. */
  async sendToAll(outputs: Iterable<TurnOutput>, frame: Buffer): Promise<void> {
    for (const output of outputs) {
      output.sendFrame(frame);
      this.#gatheredBytes += frame.length;
    }
    if (this.#gatheredBytes <= MAX_GATHERED_BYTES) return;
    await nextTurn();
    for (const { socket } of outputs)
      while (socket.writableLength > MAX_UNSENT_BYTES) await waitForDrain(socket);
  }

  /** Resolves in the next turn, or when the connection keeps up. */
  async waitFor({ socket }: TurnOutput): Promise<void> {
    await nextTurn();
    if (socket.writableLength > MAX_UNSENT_BYTES) await waitForDrain(socket);
  }

  #flush(): void {
    const listed = this.#listed;
    this.#listed = [];
    this.#gatheredBytes = 0;
    let last: readonly Buffer[] = [];
    let joined: Buffer = Buffer.alloc(0);
    for (const output of listed) {
      const frames = output.takeFrames();
      if (!areSame(frames, last)) {
        last = frames;
        joined = frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames);
      }
      output.socket.write(joined);
    }
  }
}
