import { errors } from '../errors.ts';
import { MAXIMUM_DEPTH } from '../json/safe-json.ts';

/**
 * The size of the length that follows each of the first bytes 0xC0 to 0xDF, in bytes. Source: the
 * MessagePack specification, "Overview".
 */
const LENGTH_BYTES = [
  0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4,
];
/** The number of further bytes that each of these first bytes requires, without that length. */
const FIXED_BYTES = [
  0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0, 0, 0, 0, 0,
];

/**
 * The number of values that remain in each array and map around the current value. It is shared,
 * because the check is synchronous.
 */
const open = new Uint32Array(MAXIMUM_DEPTH);

/**
 * Checks the structure of one MessagePack value before the library decodes it. The library
 * allocates memory for any length that a header states, and has no depth limit. Values that are
 * nested deeper than 64 levels, lengths beyond the end of the bytes, and bytes after the value are
 * refused. Reads each byte once, without recursion. Returns whether the value contains binaries or
 * extensions, which a decoder returns as views.
 * @throws {ProtocolError}
 */
export function checkMessagePack(bytes: Uint8Array): boolean {
  hasViews = false;
  if (valueEnd(bytes, 0) < bytes.length) throw errors.bytesLeftOver();
  return hasViews;
}

/** Whether the last value that `valueEnd` checked contains binaries or extensions. */
let hasViews = false;

/**
 * Checks the value that starts at an index, and returns the index after it.
 * @throws {ProtocolError} as `checkMessagePack` does.
 */
export function valueEnd(bytes: Uint8Array, start: number): number {
  let depth = 0;
  let values = 1;
  let at = start;
  for (;;) {
    while (values === 0) {
      if (depth === 0) return at;
      values = open[--depth] as number;
    }
    values--;
    if (at >= bytes.length) throw errors.endOfMessagePack();
    const head = bytes[at++] as number;
    let inside = -1; // values in an array or map
    if (head < 0x80 || head >= 0xe0) continue;
    if (head < 0x90) inside = 2 * (head & 0x0f);
    else if (head < 0xa0) inside = head & 0x0f;
    else if (head < 0xc0) at += head & 0x1f;
    else {
      if (head === 0xc1) throw errors.unexpectedMessagePackCode(head, '(never used)');
      const lengthBytes = LENGTH_BYTES[head - 0xc0] as number;
      let length = 0;
      for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[at + i] ?? 0);
      at += lengthBytes + (FIXED_BYTES[head - 0xc0] as number);
      if (head >= 0xdc) inside = head < 0xde ? length : 2 * length;
      else {
        at += length;
        if ((head >= 0xc4 && head <= 0xc9) || (head >= 0xd4 && head <= 0xd8)) hasViews = true;
      }
    }
    if (inside >= 0) {
      // Each value has one byte at least.
      if (inside > bytes.length - at) throw errors.endOfMessagePack();
      if (depth === MAXIMUM_DEPTH) throw errors.messagePackTooDeep(MAXIMUM_DEPTH);
      open[depth++] = values;
      values = inside;
    } else if (at > bytes.length) throw errors.endOfMessagePack();
  }
}
