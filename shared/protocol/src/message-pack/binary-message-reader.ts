import { errors } from '../errors.ts';
import { TextEncoder } from '../text-encoding.ts';

/** A length is at most 2^31 - 1: five bytes of seven bits, the last one with three. */
const MAXIMUM_PREFIX = 5;
const MAXIMUM_LAST_BYTE = 7;
const NO_BYTES = new Uint8Array(0);

/**
 * Splits bytes that arrive in chunks of any size into messages. The length of each message precedes
 * it, as a VarInt. A message over the limit is refused as soon as its length is known. Memory is
 * allocated only for bytes that have arrived, not for the length that a client claims. Each byte is
 * copied a bounded number of times, regardless of the number of chunks. At most one unfinished
 * message is kept. Source: HubProtocol.md, "MessagePack encoding", "Binary encoding".
 * @example
 * const reader = new BinaryMessageReader(32768);
 * const chunk = Uint8Array.of(2, 0x91, 6, 3);
 * reader.read(chunk, (message) => console.log(message)); // Uint8Array [ 0x91, 6 ]
 */
export class BinaryMessageReader {
  readonly #limit: number;
  #prefixBytes = 0;
  #prefix = 0;
  #length = -1;
  #body: Uint8Array = NO_BYTES;
  #filled = 0;

  /** `maximumMessageSize` is in bytes and includes the length prefix. Undefined means no limit. */
  constructor(maximumMessageSize: number | undefined) {
    this.#limit = maximumMessageSize ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Passes each message that the chunk completes to `onMessage`. If `chunk` contains a whole
   * message, the bytes that `onMessage` receives are a view of it. Stops behind a message if
   * `onMessage` returns false, or if `maximum` bytes were read. Then returns the rest of the chunk.
   * Pass it to `read` before the next chunk.
   */
  read(
    chunk: string | Uint8Array,
    onMessage: (message: Uint8Array) => unknown,
    maximum: number = Number.POSITIVE_INFINITY,
  ): Uint8Array | undefined {
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
    let at = 0;
    while (at < bytes.length) {
      if (this.#length < 0) at = this.#readLength(bytes, at);
      if (this.#length < 0) return undefined;
      const end = at + this.#length - this.#filled;
      let message: Uint8Array;
      if (this.#filled === 0 && end <= bytes.length) {
        // Not subarray: of a Buffer it makes another Buffer, which is slower and shows in what
        // users get.
        message = new Uint8Array(bytes.buffer, bytes.byteOffset + at, this.#length);
      } else {
        this.#keep(
          at === 0 && end >= bytes.length ? bytes : bytes.subarray(at, Math.min(end, bytes.length)),
        );
        if (this.#filled < this.#length) return undefined;
        message = this.#body.subarray(0, this.#length);
      }
      at = end;
      this.#length = -1;
      this.#body = NO_BYTES;
      this.#filled = 0;
      const isStopped = onMessage(message) === false;
      if (isStopped || at >= maximum) return at < bytes.length ? bytes.subarray(at) : undefined;
    }
    return undefined;
  }

  #readLength(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length) {
      const byte = bytes[at++] as number;
      if (++this.#prefixBytes === MAXIMUM_PREFIX && byte > MAXIMUM_LAST_BYTE) {
        throw errors.messageOver2Gb();
      }
      this.#prefix |= (byte & 0x7f) << (7 * (this.#prefixBytes - 1));
      if (byte < 0x80) {
        if (this.#prefixBytes + this.#prefix > this.#limit) {
          throw errors.messageTooLarge(this.#limit);
        }
        this.#length = this.#prefix;
        this.#prefix = 0;
        this.#prefixBytes = 0;
        break;
      }
    }
    return at;
  }

  #keep(bytes: Uint8Array): void {
    const filled = this.#filled + bytes.length;
    if (filled > this.#body.length) {
      const grown = new Uint8Array(Math.min(this.#length, Math.max(filled, 2 * this.#body.length)));
      grown.set(this.#body.subarray(0, this.#filled));
      this.#body = grown;
    }
    this.#body.set(bytes, this.#filled);
    this.#filled = filled;
  }
}
