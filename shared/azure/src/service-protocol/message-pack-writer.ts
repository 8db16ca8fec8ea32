const SLAB = 65_536;

/** Writes MessagePack values into one buffer. Integers use the shortest form. */
export class MessagePackWriter {
  #slab = Buffer.allocUnsafe(SLAB);
  #start = 0;
  #offset = 0;

  /** The number of bytes that `take()` will return. */
  get length(): number {
    return this.#offset - this.#start;
  }

  /**
   * Returns the bytes that were written since the last call. The writer does not overwrite them.
   */
  take(): Buffer {
    const bytes = this.#slab.subarray(this.#start, this.#offset);
    this.#start = this.#offset;
    return bytes;
  }

  /**
   * Writes what `body` writes, preceded by its length as a varint. If `body` throws, nothing is
   * written, so that the peer can still read the frames before and after.
   */
  frame(body: () => void): void {
    const start = this.length;
    this.#reserve(2); // The length of most bodies has two bytes.
    this.#offset += 2;
    try {
      body();
    } catch (error) {
      this.#offset = this.#start + start;
      throw error;
    }
    const length = this.length - start - 2;
    const size = varintSize(length);
    if (size !== 2) {
      this.#reserve(3);
      const from = this.#start + start;
      this.#slab.copyWithin(from + size, from + 2, from + 2 + length);
      this.#offset += size - 2;
    }
    let left = length;
    for (let i = this.#start + start; ; i++) {
      this.#slab[i] = left > 127 ? (left & 0x7f) | 0x80 : left;
      if (left <= 127) break;
      left >>>= 7;
    }
  }

  nil(): void {
    this.#byte(0xc0);
  }

  boolean(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  arrayHeader(length: number): void {
    this.#header(length, 0x90, 15, 0, 0xdc);
  }

  mapHeader(length: number): void {
    this.#header(length, 0x80, 15, 0, 0xde);
  }

  string(value: string | null | undefined): void {
    if (value === null || value === undefined) return this.nil();
    const length = Buffer.byteLength(value);
    this.#header(length, 0xa0, 31, 0xd9, 0xda);
    this.#utf8(value, length);
  }

  /** Writes bytes. A string is written as its UTF-8 bytes. */
  binary(value: string | Uint8Array): void {
    const length = typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength;
    this.#header(length, 0, -1, 0xc4, 0xc5);
    if (typeof value === 'string') return this.#utf8(value, length);
    this.#reserve(length);
    this.#slab.set(value, this.#offset);
    this.#offset += length;
  }

  integer(value: number | bigint): void {
    if (typeof value === 'bigint' || value > 0xffffffff) {
      this.#reserve(9);
      this.#slab[this.#offset] = 0xcf;
      this.#slab.writeBigUInt64BE(BigInt(value), this.#offset + 1);
      this.#offset += 9;
    } else if (value < 0) {
      if (value >= -32) this.#byte(value + 0x100);
      else this.int32(value);
    } else if (value <= 0x7f) this.#byte(value);
    else if (value <= 0xff) this.#unsigned(0xcc, value, 1);
    else if (value <= 0xffff) this.#unsigned(0xcd, value, 2);
    else this.#unsigned(0xce, value, 4);
  }

  /** Writes an integer in 32 bits, even if a shorter form exists. */
  int32(value: number): void {
    this.#reserve(5);
    this.#slab[this.#offset] = 0xd2;
    this.#slab.writeInt32BE(value, this.#offset + 1);
    this.#offset += 5;
  }

  #header(length: number, fixed: number, fixedMaximum: number, tag8: number, tag16: number): void {
    if (length <= fixedMaximum) this.#byte(fixed | length);
    else if (tag8 !== 0 && length <= 0xff) this.#unsigned(tag8, length, 1);
    else if (length <= 0xffff) this.#unsigned(tag16, length, 2);
    else this.#unsigned(tag16 + 1, length, 4);
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#slab[this.#offset] = value;
    this.#offset += 1;
  }

  #unsigned(tag: number, value: number, size: number): void {
    this.#reserve(1 + size);
    this.#slab[this.#offset] = tag;
    this.#slab.writeUIntBE(value, this.#offset + 1, size);
    this.#offset += 1 + size;
  }

  #utf8(value: string, length: number): void {
    this.#reserve(length);
    this.#slab.write(value, this.#offset, 'utf8');
    this.#offset += length;
  }

  #reserve(size: number): void {
    if (this.#offset + size <= this.#slab.length) return;
    const waiting = this.length;
    const slab = Buffer.allocUnsafe(Math.max(SLAB, 2 * (waiting + size)));
    this.#slab.copy(slab, 0, this.#start, this.#offset);
    this.#slab = slab;
    this.#start = 0;
    this.#offset = waiting;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let left = value; left > 127; left >>>= 7) size++;
  return size;
}
