import { Gate } from '@practical-signalr/server/scale-out';

/** The maximum number of bytes that wait for slow receivers, over all channels. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** The high-water mark in bytes: above it, local senders wait as well. */
const HIGH_WATER_MARK = 1024 * 1024;

/**
 * Counts the bytes that arrived from Redis and wait because the buffers of their receivers are
 * full.
 */
export class Backlog {
  readonly #room = new Gate();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Whether the backlog is over its limit. Then messages are delivered without waiting, and a
   * client that does not read is closed.
   */
  get isFull(): boolean {
    return this.#bytes > MAX_WAITING_BYTES;
  }

  /**
   * Returns undefined if a sender may continue immediately; otherwise a promise that resolves when
   * there is room.
   */
  whenRoom(): Promise<void> | undefined {
    return this.#bytes > HIGH_WATER_MARK ? this.#room.wait() : undefined;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes <= HIGH_WATER_MARK) this.#room.open();
  }
}
