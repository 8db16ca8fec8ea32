/** The maximum size of a message, in bytes. After a longer one, nothing more is recorded. */
const MAXIMUM_MESSAGE = 16 * 1024 * 1024;
const RECORD_SEPARATOR = 0x1e;

/** One hub message as it was sent: JSON without its record separator, or framed MessagePack. */
export type SplitMessage = { readonly text: string } | { readonly bytes: Buffer };

/**
 * Splits what one side sends into hub messages. The first one is the handshake, which is always
 * JSON. After that, the hub protocol decides.
 */
export class MessageSplitter {
  readonly #isMessagePack: () => boolean;
  readonly #onMessage: (message: SplitMessage) => void;
  readonly #onBroken: () => void;
  #rest: Buffer = Buffer.alloc(0);
  #hasHandshake = false;
  #isBroken = false;

  /**
   * `isMessagePack` is called after the handshake. `onBroken` is called if no further messages can
   * be found, because one is too long or has no valid length.
   */
  constructor(
    isMessagePack: () => boolean,
    onMessage: (message: SplitMessage) => void,
    onBroken: () => void = () => undefined,
  ) {
    this.#isMessagePack = isMessagePack;
    this.#onMessage = onMessage;
    this.#onBroken = onBroken;
  }

  write(chunk: Buffer): void {
    if (this.#isBroken) return;
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let isComplete = true;
    while (isComplete && this.#rest.length > 0) isComplete = this.#takeMessage();
    if (this.#rest.length > MAXIMUM_MESSAGE) this.#stop();
  }

  /** Discards an incomplete message, because its transport was replaced by another one. */
  discardIncomplete(): void {
    this.#rest = Buffer.alloc(0);
  }

  /** Returns false if the first message is not complete. */
  #takeMessage(): boolean {
    const isBinary = this.#hasHandshake && this.#isMessagePack();
    const length = isBinary ? this.#binaryLength() : this.#rest.indexOf(RECORD_SEPARATOR) + 1;
    if (length === 0 || length > this.#rest.length) return false;
    const message = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    this.#hasHandshake = true;
    this.#onMessage(
      isBinary ? { bytes: message } : { text: message.subarray(0, -1).toString('utf8') },
    );
    return true;
  }

  /** Returns the length of a message with its prefix, or 0 if the prefix is not complete. */
  #binaryLength(): number {
    let size = 0;
    for (let i = 0; i < 5; i++) {
      const byte = this.#rest[i];
      if (byte === undefined) return 0;
      size += (byte & 0x7f) * 2 ** (7 * i);
      if ((byte & 0x80) === 0) return i + 1 + size;
    }
    this.#stop();
    return 0;
  }

  #stop(): void {
    this.#isBroken = true;
    this.#rest = Buffer.alloc(0);
    this.#onBroken();
  }
}
