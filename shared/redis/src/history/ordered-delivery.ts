import { FifoQueue } from '@practical-signalr/server/scale-out';
import type { Backlog } from '../pub-sub/backlog.ts';

interface Waiting {
  readonly bytes: number;
  readonly deliver: () => Promise<void> | undefined;
}

/**
 * Delivers the messages of all channels of a hub one at a time and in the order of the history.
 * Without history, each channel has its own order. With it, the position of a message implies that
 * the client has received all earlier ones.
 */
export class OrderedDelivery {
  readonly #backlog: Backlog;
  readonly #onError: (error: unknown) => void;
  #waiting: FifoQueue<Waiting> | undefined;

  constructor(backlog: Backlog, onError: (error: unknown) => void) {
    this.#backlog = backlog;
    this.#onError = onError;
  }

  add(bytes: number, deliver: () => Promise<void> | undefined): void {
    if (this.#waiting === undefined) {
      const room = this.#tryToDeliver(deliver);
      if (room !== undefined) void this.#drain(room);
      return;
    }
    this.#waiting.add({ bytes, deliver });
    this.#backlog.add(bytes);
    while (this.#backlog.isFull && this.#waiting.length > 0) void this.#deliverNext(this.#waiting);
  }

  /** Delivers everything that waits, without waiting for room. */
  deliverWaiting(): void {
    const waiting = this.#waiting;
    while (waiting !== undefined && waiting.length > 0) void this.#deliverNext(waiting);
  }

  async #drain(room: Promise<void>): Promise<void> {
    const waiting = new FifoQueue<Waiting>();
    this.#waiting = waiting;
    await room.catch(this.#onError);
    while (waiting.length > 0) {
      try {
        await this.#deliverNext(waiting);
      } catch (error) {
        this.#onError(error);
      }
    }
    this.#waiting = undefined;
  }

  #deliverNext(waiting: FifoQueue<Waiting>): Promise<void> | undefined {
    const next = waiting.take();
    if (next === undefined) return undefined;
    this.#backlog.remove(next.bytes);
    return this.#tryToDeliver(next.deliver);
  }

  /**
   * Delivers a message, and logs an error, because it must not affect the messages that arrive
   * later.
   */
  #tryToDeliver(deliver: Waiting['deliver']): Promise<void> | undefined {
    try {
      return deliver();
    } catch (error) {
      this.#onError(error);
      return undefined;
    }
  }
}
