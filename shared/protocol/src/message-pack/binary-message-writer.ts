/**
 * The bytes of memory that small messages share. Allocating an ArrayBuffer costs more than encoding
 * a small message.
 */
const SHARED = 8192;
const MAXIMUM_SHARED_MESSAGE = SHARED / 4;

/**
 * Writes the length before a message, as {@link BinaryMessageReader} reads it. The parts of the
 * message are copied once.
 * @example
 * new BinaryMessageWriter().write([Uint8Array.of(0x91, 6)]); // Uint8Array [ 2, 0x91, 6 ]
 */
export class BinaryMessageWriter {
  #shared = new Uint8Array(SHARED);
  #used = 0;

  write(parts: readonly Uint8Array[]): Uint8Array {
    let length = 0;
    for (const part of parts) length += part.length;
    let prefix = 1;
    for (let limit = 0x80; length >= limit && prefix < 5; limit *= 0x80) prefix++;
    const message = this.#take(prefix + length);
    let rest = length;
    let at = 0;
    for (; at < prefix - 1; at++) {
      message[at] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    message[at++] = rest;
    for (const part of parts) {
      message.set(part, at);
      at += part.length;
    }
    return message;
  }

  #take(size: number): Uint8Array {
    if (size > MAXIMUM_SHARED_MESSAGE) return new Uint8Array(size);
    if (this.#used + size > SHARED) {
      this.#shared = new Uint8Array(SHARED);
      this.#used = 0;
    }
    this.#used += size;
    return this.#shared.subarray(this.#used - size, this.#used);
  }
}
