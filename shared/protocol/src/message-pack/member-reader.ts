import { errors } from '../errors.ts';
import { TextDecoder } from '../text-encoding.ts';
import { valueEnd } from './safe-message-pack.ts';

const NIL = 0xc0;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The names that MessagePack-CSharp has for the codes from 0xC0 to 0xDF. */
const CODE_NAMES = (
  'nil,(never used),false,true,bin 8,bin 16,bin 32,ext 8,ext 16,ext 32,float 32,float 64,' +
  'uint 8,uint 16,uint 32,uint 64,int 8,int 16,int 32,int 64,' +
  'fixext 1,fixext 2,fixext 4,fixext 8,fixext 16,str 8,str 16,str 32,' +
  'array 16,array 32,map 16,map 32'
).split(',');

function codeName(code: number): string {
  if (code < 0x80) return 'positive fixint';
  if (code < 0x90) return 'fixmap';
  if (code < 0xa0) return 'fixarray';
  if (code < 0xc0) return 'fixstr';
  return CODE_NAMES[code - 0xc0] ?? 'negative fixint';
}

/**
 * Reads the members of a message one by one, and throws the errors that ASP.NET Core throws for
 * them. Source: `MessagePackReader` and `MessagePackHubProtocolWorker`.
 */
export class MemberReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Returns the number of members of the message. */
  readMemberCount(): number {
    return this.#readCount(0x90, 0xdc, (count) => count);
  }

  /** Returns the number of values of an array that is a member. */
  readArrayLength(name: string): number {
    return this.#readOr(
      () => this.#readCount(0x90, 0xdc, (count) => count),
      () => errors.readingArrayFailed(name),
    );
  }

  /**
   * Returns the number of entries of a map that is a member. `membersAfter` is the number of
   * members that follow it.
   */
  readMapLength(name: string, membersAfter: number): number {
    return this.#readOr(
      () => this.#readCount(0x80, 0xde, (count) => 2 * count + Math.max(0, membersAfter)),
      () => errors.readingMapFailed(name),
    );
  }

  /** Returns a string that is a member, or undefined for nil. */
  readText(name: string): string | undefined {
    return this.#readOr(
      () => this.readElement(),
      () => errors.readingFailed(name, 'String'),
    );
  }

  /** Returns a string that is an element of an array, or undefined for nil. */
  readElement(): string | undefined {
    const code = this.#code();
    if (code === NIL) {
      this.#at++;
      return undefined;
    }
    const lengthBytes = code >= 0xd9 && code <= 0xdb ? 1 << (code - 0xd9) : 0;
    if (lengthBytes === 0 && (code < 0xa0 || code > 0xbf)) throw this.#unexpectedCode();
    const start = this.#at + 1 + lengthBytes;
    const end = valueEnd(this.#bytes, this.#at);
    this.#at = end;
    return utf8.decode(this.#bytes.subarray(start, end));
  }

  /** Returns an integer. It may be written in any of the sizes. */
  readInteger(name: string, type: 'Int32' | 'Int64'): number {
    return this.#readOr(
      () => {
        const value = this.#integer();
        const limit = type === 'Int32' ? 2n ** 31n : 2n ** 63n;
        if (value >= limit || value < -limit) throw this.#unexpectedCode();
        this.#at = valueEnd(this.#bytes, this.#at);
        return Number(value);
      },
      () => errors.readingFailed(name, type),
    );
  }

  readBoolean(name: string): boolean {
    const code = this.#bytes[this.#at];
    if (code !== 0xc2 && code !== 0xc3) throw errors.readingFailed(name, 'Boolean');
    this.#at++;
    return code === 0xc3;
  }

  /** Returns the bytes of a value and moves behind it. */
  readValue(): Uint8Array {
    const code = this.#code();
    if (code === 0xc1) throw this.#unexpectedCode();
    const start = this.#at;
    this.#at = valueEnd(this.#bytes, start);
    return this.#bytes.subarray(start, this.#at);
  }

  /**
   * Returns the length of an array that is a member, and a function that returns its bytes and
   * moves behind it.
   */
  readArray(name: string): { length: number; read: () => Uint8Array } {
    const start = this.#at;
    const length = this.readArrayLength(name);
    this.#at = start;
    return { length, read: () => this.readValue() };
  }

  #code(): number {
    const code = this.#bytes[this.#at];
    if (code === undefined) throw errors.endOfMessagePack();
    return code;
  }

  /**
   * Reads the length of an array or a map. `minimumBytes` returns the number of bytes that must
   * follow a length, because each value takes a byte at least.
   */
  #readCount(shortCode: number, longCode: number, minimumBytes: (count: number) => number): number {
    const code = this.#code();
    const size = code === longCode ? 2 : 4;
    const isShort = code >= shortCode && code < shortCode + 0x10;
    if (!isShort && code !== longCode && code !== longCode + 1) throw this.#unexpectedCode();
    const end = this.#at + 1 + (isShort ? 0 : size);
    if (end > this.#bytes.length) throw errors.endOfMessagePack();
    let count = code - shortCode;
    if (code === longCode) count = this.#view.getUint16(this.#at + 1);
    else if (!isShort) count = this.#view.getUint32(this.#at + 1);
    if (count > 0 && minimumBytes(count) > this.#bytes.length - end) {
      throw errors.endOfMessagePack();
    }
    this.#at = end;
    return count;
  }

  #integer(): bigint {
    const code = this.#code();
    if (code < 0x80) return BigInt(code);
    if (code >= 0xe0) return BigInt(code - 0x100);
    if (code < 0xcc || code > 0xd3) throw this.#unexpectedCode();
    const isSigned = code >= 0xd0;
    const bits = 8 << (code & 3);
    const end = this.#at + 1 + bits / 8;
    if (end > this.#bytes.length) throw errors.endOfMessagePack();
    let value = 0n;
    for (const byte of this.#bytes.subarray(this.#at + 1, end)) value = value * 256n + BigInt(byte);
    return isSigned ? BigInt.asIntN(bits, value) : value;
  }

  #unexpectedCode(): Error {
    const code = this.#code();
    return errors.unexpectedMessagePackCode(code, codeName(code));
  }

  #readOr<TValue>(read: () => TValue, createError: () => Error): TValue {
    try {
      return read();
    } catch {
      throw createError();
    }
  }
}
