/** Handles one payload; a promise where receivers have no room for more. Throws for what is not ours. */
export type PayloadHandler = (payload: Buffer) => Promise<void> | undefined;

/** Bytes that may wait for slow receivers, over all channels. Beyond, nobody is waited for: a client that does not read is closed. */
const MAXIMUM_WAITING = 16 * 1024 * 1024;
/** Bytes from which on those who send here wait too. */
const HIGH_WATER_MARK = 1024 * 1024;

/** What has come from Redis and waits for receivers with full buffers. */
export class Backlog {
  bytes = 0;
  #room: Promise<void> | undefined;
  #giveRoom: (() => void) | undefined;

  get isFull(): boolean {
    return this.bytes > MAXIMUM_WAITING;
  }

  /** Undefined while more may be sent. */
  whenRoom(): Promise<void> | undefined {
    if (this.bytes <= HIGH_WATER_MARK) return undefined;
    this.#room ??= new Promise((resolve) => (this.#giveRoom = resolve));
    return this.#room;
  }

  add(bytes: number): void {
    this.bytes += bytes;
    if (bytes >= 0 || this.bytes > HIGH_WATER_MARK || this.#giveRoom === undefined) return;
    this.#giveRoom();
    this.#giveRoom = undefined;
    this.#room = undefined;
  }
}

/** One channel's messages, one at a time and in order: a slow receiver holds back the next message of its channel only. */
export class Inbox {
  readonly #handle: PayloadHandler;
  readonly #backlog: Backlog;
  #waiting: Buffer[] | undefined;

  constructor(handle: PayloadHandler, backlog: Backlog) {
    this.#handle = handle;
    this.#backlog = backlog;
  }

  receive(payload: Buffer): void {
    if (this.#waiting === undefined) {
      const wait = this.#handle(payload);
      if (wait !== undefined) this.#hold(wait);
      return;
    }
    this.#waiting.push(payload);
    this.#backlog.add(payload.length);
    while (this.#backlog.isFull && this.#waiting.length > 0) void this.#next(this.#waiting);
  }

  #hold(wait: Promise<void>): void {
    this.#waiting = [];
    void this.#drain(this.#waiting, wait);
  }

  async #drain(waiting: Buffer[], wait: Promise<void>): Promise<void> {
    await wait;
    while (waiting.length > 0) await this.#next(waiting);
    this.#waiting = undefined;
  }

  #next(waiting: Buffer[]): Promise<void> | undefined {
    const payload = waiting.shift() as Buffer;
    this.#backlog.add(-payload.length);
    return this.#handle(payload);
  }
}
