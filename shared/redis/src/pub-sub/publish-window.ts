import { Gate } from '@practical-signalr/server/scale-out';

/** The high-water mark in bytes: above it, senders wait. */
const HIGH_WATER_MARK = 1024 * 1024;
/** The maximum number of bytes that Redis has not confirmed yet. Above it, sends are rejected. */
const MAX_UNCONFIRMED_BYTES = 64 * 1024 * 1024;

/**
 * Counts the bytes that were published and that Redis has not confirmed yet, so that senders keep
 * to the pace of Redis.
 */
export class PublishWindow {
  readonly #room = new Gate();
  readonly #empty = new Gate();
  #bytes = 0;
  #messages = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** The number of messages that Redis has not confirmed yet. */
  get messages(): number {
    return this.#messages;
  }

  /** Whether the window is over its limit, so that further sends must be rejected. */
  get isFull(): boolean {
    return this.#bytes > MAX_UNCONFIRMED_BYTES;
  }

  /**
   * Returns undefined if a sender may continue immediately; otherwise a promise that resolves when
   * there is room.
   */
  whenRoom(): Promise<void> | undefined {
    return this.#bytes > HIGH_WATER_MARK ? this.#room.wait() : undefined;
  }

  /** Resolves when Redis has confirmed or refused every message. */
  async whenEmpty(): Promise<void> {
    while (this.#messages > 0) await this.#empty.wait();
  }

  /** Counts a publish until Redis confirms it. Settles as `published` does. */
  async track(bytes: number, published: Promise<number>): Promise<number> {
    this.#bytes += bytes;
    this.#messages++;
    try {
      return await published;
    } finally {
      this.#bytes -= bytes;
      this.#messages--;
      if (this.#bytes <= HIGH_WATER_MARK) this.#room.open();
      if (this.#messages === 0) this.#empty.open();
    }
  }
}
