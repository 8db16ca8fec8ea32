/** Bytes that may be on their way to Redis before senders wait. */
const HIGH_WATER_MARK = 1024 * 1024;
/** Bytes that may be on their way or wait; beyond, sends fail. */
const MAXIMUM = 64 * 1024 * 1024;

/** What has been handed to Redis and not been answered. Keeps senders to the pace of Redis. */
export class PublishWindow {
  #bytes = 0;
  #room: Promise<void> | undefined;
  #giveRoom: (() => void) | undefined;

  get bytes(): number {
    return this.#bytes;
  }

  /** Undefined while more may be sent at once. */
  whenRoom(): Promise<void> | undefined {
    if (this.#bytes <= HIGH_WATER_MARK) return undefined;
    this.#room ??= new Promise((resolve) => (this.#giveRoom = resolve));
    return this.#room;
  }

  /** Whether so much waits that nothing more is taken. */
  get isFull(): boolean {
    return this.#bytes > MAXIMUM;
  }

  async track(bytes: number, published: Promise<number>): Promise<number> {
    this.#bytes += bytes;
    try {
      return await published;
    } finally {
      this.#bytes -= bytes;
      if (this.#bytes <= HIGH_WATER_MARK && this.#giveRoom !== undefined) {
        this.#giveRoom();
        this.#giveRoom = undefined;
        this.#room = undefined;
      }
    }
  }
}
