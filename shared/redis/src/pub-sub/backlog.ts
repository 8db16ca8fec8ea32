import { Gate } from '@practical-signalr/server/scale-out';

/** The maximum number of bytes that wait for slow receivers, over all channels. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/**
 * The maximum number of messages that wait, because each of them takes memory in addition to its
 * bytes.
 */
export const MAX_WAITING_MESSAGES = 65_536;
/** The high-water mark in bytes: above it, local senders wait as well. */
const HIGH_WATER_MARK = 1024 * 1024;

/**
 * Counts the bytes that arrived from Redis and wait because the buffers of their receivers are
 * full.
 */
export class Backlog {
  readonly #room = new Gate();
  #bytes = 0;
  #messages = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Whether the backlog is over one of its limits. Then messages are delivered without waiting, and
   * a client that does not read is closed.
   */
  get isFull(): boolean {
    return this.#bytes > MAX_WAITING_BYTES || this.#messages > MAX_WAITING_MESSAGES;
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
    this.#messages++;
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
    this.#messages--;
    if (this.#bytes <= HIGH_WATER_MARK) this.#room.open();
  }
}
