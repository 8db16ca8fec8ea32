import { errorTexts } from '../error-texts.ts';

/** Bytes of a service connection that cannot be read. The connection they came on is to be closed. */
export class ServiceProtocolError extends Error {
  override readonly name = 'ServiceProtocolError';
}

/**
 * Reads MessagePack values one by one. Own code, since the service protocol has maps with repeated keys and values of unknown
 * types to be stepped over, which the packages that turn MessagePack into objects cannot give.
 * Binary values are views of the bytes, not copies.
 */
export class MessagePackReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The number of items of an array; nil counts as none. */
  arrayLength(): number {
    const byte = this.#byte();
    if (byte >= 0x90 && byte <= 0x9f) return byte & 0x0f;
    if (byte === 0xdc) return this.#count(2);
    if (byte === 0xdd) return this.#count(4);
    return byte === 0xc0 ? 0 : this.#wrong('array', byte);
  }

  /** The number of pairs of a map; nil counts as none. */
  mapLength(): number {
    const byte = this.#byte();
    if (byte >= 0x80 && byte <= 0x8f) return byte & 0x0f;
    if (byte === 0xde) return this.#count(2);
    if (byte === 0xdf) return this.#count(4);
    return byte === 0xc0 ? 0 : this.#wrong('map', byte);
  }

  string(): string | null {
    const byte = this.#byte();
    if (byte >= 0xa0 && byte <= 0xbf) return this.#text(byte & 0x1f);
    if (byte === 0xd9) return this.#text(this.#unsigned(1));
    if (byte === 0xda) return this.#text(this.#unsigned(2));
    if (byte === 0xdb) return this.#text(this.#unsigned(4));
    return byte === 0xc0 ? null : this.#wrong('string', byte);
  }

  /** Bytes, or null for nil. */
  binary(): Uint8Array | null {
    const byte = this.#byte();
    if (byte === 0xc4) return this.#take(this.#unsigned(1));
    if (byte === 0xc5) return this.#take(this.#unsigned(2));
    if (byte === 0xc6) return this.#take(this.#unsigned(4));
    return byte === 0xc0 ? null : this.#wrong('binary', byte);
  }

  boolean(): boolean {
    const byte = this.#byte();
    return byte === 0xc3 || (byte !== 0xc2 && this.#wrong('boolean', byte));
  }

  /** An integer in any of its forms; a bigint only where a number would lose digits. Null for nil. */
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

  /** Steps over one value, whatever it holds. Does not recurse, so depth costs nothing. */
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

  /** A count of items: each has at least one byte, so a larger one is a lie. */
  #count(size: number): number {
    const count = this.#unsigned(size);
    if (count > this.#bytes.length - this.#at)
      throw new ServiceProtocolError(errorTexts.messageTooShort);
    return count;
  }

  #text(length: number): string {
    const at = this.#step(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  #take(length: number): Uint8Array {
    const at = this.#step(length);
    return this.#bytes.subarray(at, at + length);
  }

  #step(size: number): number {
    const at = this.#at;
    if (size > this.#bytes.length - at) throw new ServiceProtocolError(errorTexts.messageTooShort);
    this.#at = at + size;
    return at;
  }

  #wrong(expected: string, byte: number): never {
    throw new ServiceProtocolError(errorTexts.wrongType(expected, byte));
  }
}
