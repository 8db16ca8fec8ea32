/** A constant of this module, because V8 reads an imported one in each turn of the loop. */
const MASK_LENGTH = 4;

/**
 * Removes the mask from a part of a payload, in place. The mask is the four bytes of `mask` at
 * `maskStart`. Returns all bits of the new bytes, which tell whether text is ASCII.
 * Source: RFC 6455, section 5.3.
 */
export function removeMask(
  bytes: Buffer,
  start: number,
  end: number,
  mask: Buffer,
  maskStart: number,
): number {
  const mask0 = mask[maskStart] as number;
  const mask1 = mask[maskStart + 1] as number;
  const mask2 = mask[maskStart + 2] as number;
  const mask3 = mask[maskStart + 3] as number;
  const wholeEnd = end - ((end - start) % MASK_LENGTH);
  let bits = 0;
  let i = start;
  for (; i < wholeEnd; i += MASK_LENGTH) {
    const byte0 = (bytes[i] as number) ^ mask0;
    const byte1 = (bytes[i + 1] as number) ^ mask1;
    const byte2 = (bytes[i + 2] as number) ^ mask2;
    const byte3 = (bytes[i + 3] as number) ^ mask3;
    bytes[i] = byte0;
    bytes[i + 1] = byte1;
    bytes[i + 2] = byte2;
    bytes[i + 3] = byte3;
    bits |= byte0 | byte1 | byte2 | byte3;
  }
  for (; i < end; i++) {
    const byte = (bytes[i] as number) ^ (mask[maskStart + i - wholeEnd] as number);
    bytes[i] = byte;
    bits |= byte;
  }
  return bits;
}
