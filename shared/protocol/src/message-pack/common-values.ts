import { readAscii, writeAscii } from './ascii-text.ts';

// The formats of the MessagePack specification, "Formats".
const FIXSTR = 0xa0;
const MAXIMUM_FIXSTR = 31;
const NIL = 0xc0;
const FALSE = 0xc2;
const TRUE = 0xc3;
const UINT_8 = 0xcc;
const UINT_16 = 0xcd;
const UINT_32 = 0xce;
const STR_8 = 0xd9;
const MAXIMUM_STR_8 = 255;
const STR_16 = 0xda;
const NEGATIVE_FIXINT = 0xe0;
/** The maximum number of characters of a string that {@link writeCommonValue} writes. */
const MAXIMUM_STRING = 512;

/** The number of bytes that {@link writeCommonValue} may need. */
export const MAXIMUM_COMMON_VALUE = 3 + 3 * MAXIMUM_STRING;

/** A position in the bytes of one message. */
export class Cursor {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }
}

/** Returned instead of a value that only the library can read. */
export const uncommon = Symbol('uncommon');

/**
 * Reads the values that most arguments are, and moves behind them: ASCII strings, integers of up to
 * 32 bits without a sign, booleans and nil. Returns {@link uncommon} for other values and at the
 * end of the bytes.
 */
export function readCommonValue(cursor: Cursor): unknown {
  const { bytes, at } = cursor;
  const code = bytes[at] ?? STR_16;
  if (code < 0x80 || code >= NEGATIVE_FIXINT) {
    cursor.at = at + 1;
    return code < 0x80 ? code : code - 0x100;
  }
  if ((code >= FIXSTR && code < NIL) || code === STR_8) {
    return readCommonText(cursor) ?? uncommon;
  }
  switch (code) {
    case NIL:
      cursor.at = at + 1;
      return null;
    case FALSE:
    case TRUE:
      cursor.at = at + 1;
      return code === TRUE;
    case UINT_8:
    case UINT_16:
    case UINT_32:
      return readUnsigned(cursor, 1 << (code - UINT_8));
    default:
      return uncommon;
  }
}

/** Reads an ASCII string of up to 255 bytes. Returns undefined if there is another value. */
export function readCommonText(cursor: Cursor): string | undefined {
  const { bytes, at } = cursor;
  const code = bytes[at] as number;
  let start = at + 1;
  let length = code - FIXSTR;
  if (code === STR_8) {
    length = bytes[start] as number;
    start++;
  } else if (!(length >= 0 && length <= MAXIMUM_FIXSTR)) return undefined;
  const end = start + length;
  if (!(end <= bytes.length)) return undefined;
  const text = readAscii(bytes, start, end);
  if (text !== undefined) cursor.at = end;
  return text;
}

function readUnsigned(cursor: Cursor, size: number): unknown {
  const { bytes, at } = cursor;
  const end = at + 1 + size;
  if (end > bytes.length) return uncommon;
  let value = 0;
  for (let i = at + 1; i < end; i++) value = value * 256 + (bytes[i] as number);
  cursor.at = end;
  return value;
}

/**
 * Writes a value that {@link readCommonValue} reads, as the library writes it, and returns the
 * index after it. Returns -1 for other values. The caller has checked that there is room for
 * {@link MAXIMUM_COMMON_VALUE} bytes.
 */
export function writeCommonValue(bytes: Uint8Array, at: number, value: unknown): number {
  if (typeof value === 'string') return writeText(bytes, at, value);
  if (typeof value === 'number') return writeInteger(bytes, at, value);
  if (value === true || value === false) bytes[at] = value ? TRUE : FALSE;
  else if (value === null || value === undefined) bytes[at] = NIL;
  else return -1;
  return at + 1;
}

function writeText(bytes: Uint8Array, at: number, text: string): number {
  const { length } = text;
  if (length > MAXIMUM_STRING) return -1;
  let start = at + 1;
  if (length <= MAXIMUM_FIXSTR) bytes[at] = FIXSTR | length;
  else if (length <= MAXIMUM_STR_8) {
    bytes[at] = STR_8;
    bytes[at + 1] = length;
    start = at + 2;
  } else {
    bytes[at] = STR_16;
    bytes[at + 1] = length >> 8;
    bytes[at + 2] = length & 0xff;
    start = at + 3;
  }
  return writeAscii(bytes, start, text) ? start + length : -1;
}

function writeInteger(bytes: Uint8Array, at: number, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) return -1;
  if (value < 0x80) {
    bytes[at] = value;
    return at + 1;
  }
  let size = 1;
  if (value > 0xffff) size = 4;
  else if (value > 0xff) size = 2;
  bytes[at] = UINT_8 + (size >> 1);
  let rest = value;
  for (let i = at + size; i > at; i--) {
    bytes[i] = rest & 0xff;
    rest = Math.floor(rest / 256);
  }
  return at + 1 + size;
}
