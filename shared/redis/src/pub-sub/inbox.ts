import { FifoQueue } from '@practical-signalr/server/scale-out';
import type { Backlog } from './backlog.ts';
import type { PayloadHandler } from './payload-handler.ts';

/**
 * Handles the messages of one channel one at a time and in order. A slow receiver delays only the
 * next messages of its own channel.
 */
export class Inbox {
  readonly #handle: PayloadHandler;
  readonly #backlog: Backlog;
  #waiting: FifoQueue<Buffer> | undefined;

  constructor(handle: PayloadHandler, backlog: Backlog) {
    this.#handle = handle;
    this.#backlog = backlog;
  }

  receive(payload: Buffer): void {
    if (this.#waiting === undefined) {
      const room = this.#handle(payload);
      if (room !== undefined) this.#hold(room);
      return;
    }
    this.#waiting.add(payload);
    this.#backlog.add(payload.length);
    while (this.#backlog.isFull && this.#waiting.length > 0) void this.#handleNext(this.#waiting);
  }

  /** Handles everything that waits, whether the receivers have room or not. */
  handleWaiting(): void {
    while (this.#waiting !== undefined && this.#waiting.length > 0)
      void this.#handleNext(this.#waiting);
  }

  /** Drops everything that waits. */
  dropWaiting(): void {
    if (this.#waiting === undefined) return;
    for (const { length } of this.#waiting.values) this.#backlog.remove(length);
    this.#waiting.clear();
  }

  #hold(room: Promise<void>): void {
    this.#waiting = new FifoQueue();
    void this.#drain(this.#waiting, room);
  }

  async #drain(waiting: FifoQueue<Buffer>, room: Promise<void>): Promise<void> {
    await room;
    while (waiting.length > 0) await this.#handleNext(waiting);
    this.#waiting = undefined;
  }

  #handleNext(waiting: FifoQueue<Buffer>): Promise<void> | undefined {
    const payload = waiting.take() as Buffer;
    this.#backlog.remove(payload.length);
    return this.#handle(payload);
  }
}
