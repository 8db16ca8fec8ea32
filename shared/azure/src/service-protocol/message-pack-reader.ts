import { errors } from '../errors.ts';

/**
 * Reads MessagePack values one by one. Packages that decode MessagePack into objects cannot be used
 * here, because messages of the service contain maps with repeated keys, and values of unknown
 * types that must be skipped. Binary values are views of the bytes, not copies.
 */
export class MessagePackReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads the header of an array and returns the number of its items; 0 for nil. */
  arrayLength(): number {
    const byte = this.#byte();
    if (byte >= 0x90 && byte <= 0x9f) return byte & 0x0f;
    if (byte === 0xdc) return this.#count(2);
    if (byte === 0xdd) return this.#count(4);
    return byte === 0xc0 ? 0 : this.#wrong('array', byte);
  }

  /** Reads the header of a map and returns the number of its pairs; 0 for nil. */
  mapLength(): number {
    const byte = this.#byte();
    if (byte >= 0x80 && byte <= 0x8f) return byte & 0x0f;
    if (byte === 0xde) return this.#count(2);
    if (byte === 0xdf) return this.#count(4);
    return byte === 0xc0 ? 0 : this.#wrong('map', byte);
  }

  string(): string | null {
    const byte = this.#byte();
    if (byte >= 0xa0 && byte <= 0xbf) return this.#utf8(byte & 0x1f);
    if (byte === 0xd9) return this.#utf8(this.#unsigned(1));
    if (byte === 0xda) return this.#utf8(this.#unsigned(2));
    if (byte === 0xdb) return this.#utf8(this.#unsigned(4));
    return byte === 0xc0 ? null : this.#wrong('string', byte);
  }

  /** Reads bytes; null for nil. */
  binary(): Uint8Array | null {
    const byte = this.#byte();
    if (byte === 0xc4) return this.#take(this.#unsigned(1));
    if (byte === 0xc5) return this.#take(this.#unsigned(2));
    if (byte === 0xc6) return this.#take(this.#unsigned(4));
    return byte === 0xc0 ? null : this.#wrong('binary', byte);
  }

  /** Reads bytes; null for nil. Skips a value of another type and returns null. */
  binaryOrSkip(): Uint8Array | null {
    const byte = this.#bytes[this.#offset];
    if (byte === 0xc4 || byte === 0xc5 || byte === 0xc6) return this.binary();
    this.skip();
    return null;
  }

  boolean(): boolean {
    const byte = this.#byte();
    return byte === 0xc3 || (byte !== 0xc2 && this.#wrong('boolean', byte));
  }

  /**
   * Reads an integer of any size; null for nil. Returns a bigint only if a number would lose
   * digits.
   */
  integer(): number | bigint | null {
    const byte = this.#byte();
    if (byte <= 0x7f) return byte;
    if (byte >= 0xe0) return byte - 0x100;
    if (byte >= 0xcc && byte <= 0xce) return this.#unsigned(1 << (byte - 0xcc));
    if (byte === 0xcf || byte === 0xd3) {
      const at = this.#step(8);
      const value =
        byte === 0xcf ? this.#bytes.readBigUInt64BE(at) : this.#bytes.readBigInt64BE(at);
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : value;
    }
    if (byte >= 0xd0 && byte <= 0xd2) {
      const size = 1 << (byte - 0xd0);
      return this.#bytes.readIntBE(this.#step(size), size);
    }
    return byte === 0xc0 ? null : this.#wrong('integer', byte);
  }

  /**
   * Skips one value of any type. It does not recurse, so deeply nested values cannot exhaust the
   * stack.
   */
  skip(): void {
    for (let left = 1; left > 0; left--) {
      const byte = this.#byte();
      if (byte <= 0x7f || byte >= 0xe0 || (byte >= 0xc0 && byte <= 0xc3)) continue;
      if (byte <= 0x8f) left += 2 * (byte & 0x0f);
      else if (byte <= 0x9f) left += byte & 0x0f;
      else if (byte <= 0xbf) this.#step(byte & 0x1f);
      else if (byte <= 0xc6) this.#step(this.#unsigned(1 << (byte - 0xc4)));
      else if (byte <= 0xc9) this.#step(1 + this.#unsigned(1 << (byte - 0xc7)));
      else if (byte <= 0xcb) this.#step(byte === 0xca ? 4 : 8);
      else if (byte <= 0xcf) this.#step(1 << (byte - 0xcc));
      else if (byte <= 0xd3) this.#step(1 << (byte - 0xd0));
      else if (byte <= 0xd8) this.#step(1 + (1 << (byte - 0xd4)));
      else if (byte <= 0xdb) this.#step(this.#unsigned(1 << (byte - 0xd9)));
      else left += (byte >= 0xde ? 2 : 1) * this.#count(byte % 2 === 0 ? 2 : 4);
    }
  }

  #byte(): number {
    return this.#bytes[this.#step(1)] as number;
  }

  #unsigned(size: number): number {
    return this.#bytes.readUIntBE(this.#step(size), size);
  }

  /**
   * Reads the number of items. Each item has at least one byte, so a larger number is malformed.
   */
  #count(size: number): number {
    const count = this.#unsigned(size);
    if (count > this.#bytes.length - this.#offset) throw errors.messageTooShort();
    return count;
  }

  #utf8(length: number): string {
    const at = this.#step(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  #take(length: number): Uint8Array {
    const at = this.#step(length);
    return this.#bytes.subarray(at, at + length);
  }

  #step(size: number): number {
    const at = this.#offset;
    if (size > this.#bytes.length - at) throw errors.messageTooShort();
    this.#offset = at + size;
    return at;
  }

  #wrong(expected: string, byte: number): never {
    throw errors.wrongType(expected, byte);
  }
}
