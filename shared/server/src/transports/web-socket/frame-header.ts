/** The operation codes of frames. Source: RFC 6455, section 5.2. */
export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
const PONG = 10;

/** The size of the mask, which ends the header. */
const MASK_LENGTH = 4;
/** The bytes of a header that precede the length in 16 or 64 bits, and the mask. */
const HEADER_START = 2;

const FINAL = 0x80;
const RESERVED = 0x70;
const OPCODE = 0x0f;
const MASKED = 0x80;
const LENGTH = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** The header of one frame of a client. */
export interface FrameHeader {
  readonly opcode: number;
  /** True for the last frame of a message. */
  readonly isFinal: boolean;
  /** The size of the header, in bytes. */
  readonly size: number;
  /** The size of the payload, in bytes. */
  readonly length: number;
}

/**
 * Returns true if a client may send a frame that starts with these two bytes. `isInMessage` is true
 * if the message before it is not complete.
 */
export function isAllowedFrame(first: number, second: number, isInMessage: boolean): boolean {
  if ((first & RESERVED) !== 0 || (second & MASKED) === 0) return false;
  const opcode = first & OPCODE;
  if (opcode === CONTINUATION) return isInMessage;
  if (opcode <= BINARY) return !isInMessage;
  const isControl = opcode >= CLOSE && opcode <= PONG;
  return isControl && (first & FINAL) !== 0 && (second & LENGTH) < LENGTH_16;
}

/**
 * Reads the header of an allowed frame that starts at the index `at`. Returns undefined if its last
 * bytes are missing.
 */
export function readFrameHeader(bytes: Buffer, at: number): FrameHeader | undefined {
  const first = bytes[at] as number;
  const shortLength = (bytes[at + 1] as number) & LENGTH;
  const size = HEADER_START + lengthSize(shortLength) + MASK_LENGTH;
  if (at + size > bytes.length) return undefined;
  return {
    opcode: first & OPCODE,
    isFinal: (first & FINAL) !== 0,
    size,
    length: readLength(bytes, at + HEADER_START, shortLength),
  };
}

function lengthSize(shortLength: number): number {
  if (shortLength === LENGTH_16) return 2;
  return shortLength === LENGTH_64 ? 8 : 0;
}

function readLength(bytes: Buffer, at: number, shortLength: number): number {
  if (shortLength === LENGTH_16) return bytes.readUInt16BE(at);
  return shortLength === LENGTH_64 ? Number(bytes.readBigUInt64BE(at)) : shortLength;
}
