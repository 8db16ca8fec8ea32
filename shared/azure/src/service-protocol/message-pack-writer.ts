const SLAB = 65_536;

/** Writes MessagePack values one behind the other into one buffer. Integers take the shortest form. */
export class MessagePackWriter {
  #slab = Buffer.allocUnsafe(SLAB);
  #start = 0;
  #at = 0;

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#at - this.#start;
  }

  /** What was written since the last call. The bytes are never written again. */
  take(): Buffer {
    const taken = this.#slab.subarray(this.#start, this.#at);
    this.#start = this.#at;
    return taken;
  }

  /** Writes what `body` writes, behind its length as a varint of 7 bits a byte. */
  frame(body: () => void): void {
    const start = this.length;
    this.#reserve(2); // most bodies have a length of two bytes
    this.#at += 2;
    body();
    const length = this.length - start - 2;
    const size = varintSize(length);
    if (size !== 2) {
      this.#reserve(3);
      const from = this.#start + start;
      this.#slab.copyWithin(from + size, from + 2, from + 2 + length);
      this.#at += size - 2;
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

  /** Bytes, or text as its UTF-8 bytes. */
  binary(value: string | Uint8Array): void {
    const length = typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength;
    this.#header(length, 0, -1, 0xc4, 0xc5);
    if (typeof value === 'string') return this.#utf8(value, length);
    this.#reserve(length);
    this.#slab.set(value, this.#at);
    this.#at += length;
  }

  integer(value: number | bigint): void {
    if (typeof value === 'bigint' || value > 0xffffffff) {
      this.#reserve(9);
      this.#slab[this.#at] = 0xcf;
      this.#slab.writeBigUInt64BE(BigInt(value), this.#at + 1);
      this.#at += 9;
    } else if (value < 0) {
      if (value >= -32) this.#byte(value + 0x100);
      else this.int32(value);
    } else if (value <= 0x7f) this.#byte(value);
    else if (value <= 0xff) this.#unsigned(0xcc, value, 1);
    else if (value <= 0xffff) this.#unsigned(0xcd, value, 2);
    else this.#unsigned(0xce, value, 4);
  }

  /** An integer of 32 bits even where fewer would do. */
  int32(value: number): void {
    this.#reserve(5);
    this.#slab[this.#at] = 0xd2;
    this.#slab.writeInt32BE(value, this.#at + 1);
    this.#at += 5;
  }

  #header(length: number, fixed: number, fixedMost: number, tag8: number, tag16: number): void {
    if (length <= fixedMost) this.#byte(fixed | length);
    else if (tag8 !== 0 && length <= 0xff) this.#unsigned(tag8, length, 1);
    else if (length <= 0xffff) this.#unsigned(tag16, length, 2);
    else this.#unsigned(tag16 + 1, length, 4);
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#slab[this.#at++] = value;
  }

  #unsigned(tag: number, value: number, size: number): void {
    this.#reserve(1 + size);
    this.#slab[this.#at] = tag;
    this.#slab.writeUIntBE(value, this.#at + 1, size);
    this.#at += 1 + size;
  }

  #utf8(value: string, length: number): void {
    this.#reserve(length);
    this.#slab.write(value, this.#at, 'utf8');
    this.#at += length;
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#slab.length) return;
    const waiting = this.length;
    const slab = Buffer.allocUnsafe(Math.max(SLAB, 2 * (waiting + size)));
    this.#slab.copy(slab, 0, this.#start, this.#at);
    this.#slab = slab;
    this.#start = 0;
    this.#at = waiting;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let left = value; left > 127; left >>>= 7) size++;
  return size;
}
