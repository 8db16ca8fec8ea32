/** The length up to which a loop is faster than a call of native code. */
const MAXIMUM_LOOP = 12;
const FIRST_BEYOND_ASCII = 0x80;

/** The methods of Node's `Buffer` that also accept a plain `Uint8Array`. */
interface NativeText {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  utf8Write(this: Uint8Array, text: string, start: number, length: number): number;
}
const native = (globalThis as { readonly Buffer?: { readonly prototype: NativeText } }).Buffer
  ?.prototype;

/** Returns the text of bytes. Undefined if they are not ASCII. */
export function readAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  for (let i = start; i < end; i++) {
    if ((bytes[i] as number) >= FIRST_BEYOND_ASCII) return undefined;
  }
  if (native !== undefined && end - start > MAXIMUM_LOOP) {
    return native.latin1Slice.call(bytes, start, end);
  }
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}

/**
 * Writes text at an index. Returns false if it is not ASCII. Then the bytes there are not defined.
 * The caller has checked that there is room for one byte per character.
 */
export function writeAscii(bytes: Uint8Array, start: number, text: string): boolean {
  const { length } = text;
  if (native !== undefined && length > MAXIMUM_LOOP) {
    // In UTF-8, every other character takes more than one byte.
    return native.utf8Write.call(bytes, text, start, 3 * length) === length;
  }
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= FIRST_BEYOND_ASCII) return false;
    bytes[start + i] = unit;
  }
  return true;
}
