import { isUtf8 } from 'node:buffer';
import { FramePosition } from './frame-position.ts';

/** The first byte of a message in one frame, without extensions. Source: RFC 6455, section 5.2. */
const WHOLE_TEXT = 0x81;
const WHOLE_BINARY = 0x82;
const MASKED = 0x80;
const LENGTH = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const SHORT_HEADER = 6;
const LONG_HEADER = 8;
const MASK_LENGTH = 4;
const FIRST_BEYOND_ASCII = 0x80;

/** Receives what a {@link FrameReader} reads. */
export interface FrameReaderEvents {
  onMessage(payload: string | Uint8Array): void;
  /** Reads bytes that may begin and end anywhere in a frame. */
  readByLibrary(bytes: Buffer): void;
}

/**
 * Reads the frames that clients usually send: whole messages of up to 65,535 bytes that arrive in
 * one chunk. The library reads everything else, such as control frames, fragments and invalid
 * frames. It reads any frame, but creates several objects for each one.
 */
export class FrameReader {
  readonly #events: FrameReaderEvents;
  /** Where the library is in the frames that it reads. Undefined between two messages. */
  #libraryPosition: FramePosition | undefined;
  #isStopped = false;

  constructor(events: FrameReaderEvents) {
    this.#events = events;
  }

  /** Ignores all further bytes, because the library has refused a frame. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Reads a chunk. Changes its bytes, because it removes the mask in place. */
  read(chunk: Buffer): void {
    if (this.#isStopped) return;
    const at = this.#libraryPosition === undefined ? this.#readMessages(chunk) : 0;
    if (at === chunk.length) return;
    const rest = at === 0 ? chunk : chunk.subarray(at);
    const position = (this.#libraryPosition ??= new FramePosition());
    position.advance(rest);
    if (position.isClosed) this.#isStopped = true;
    if (position.isBetweenMessages) this.#libraryPosition = undefined;
    this.#events.readByLibrary(rest);
  }

  /** Reads whole messages, and returns the index of the first frame that the library must read. */
  #readMessages(chunk: Buffer): number {
    let at = 0;
    while (at + SHORT_HEADER <= chunk.length) {
      const first = chunk[at] as number;
      const second = chunk[at + 1] as number;
      const isText = first === WHOLE_TEXT;
      if ((!isText && first !== WHOLE_BINARY) || second < MASKED) return at;
      const shortLength = second & LENGTH;
      if (shortLength === LENGTH_64) return at;
      const isLong = shortLength === LENGTH_16;
      const start = at + (isLong ? LONG_HEADER : SHORT_HEADER);
      const end = start + (isLong ? chunk.readUInt16BE(at + 2) : shortLength);
      if (end > chunk.length) return at;
      const bits = toggleMask(chunk, start, end);
      if (!isText) this.#events.onMessage(chunk.subarray(start, end));
      else if (bits < FIRST_BEYOND_ASCII) {
        this.#events.onMessage(chunk.toString('latin1', start, end));
      } else if (isUtf8(chunk.subarray(start, end))) {
        this.#events.onMessage(chunk.toString('utf8', start, end));
      } else {
        toggleMask(chunk, start, end);
        return at; // the library closes the connection
      }
      at = end;
    }
    return at;
  }
}

/** Removes or restores the mask before `start` in a payload. Returns all bits of the new bytes. */
function toggleMask(bytes: Buffer, start: number, end: number): number {
  const maskStart = start - MASK_LENGTH;
  const mask0 = bytes[maskStart] as number;
  const mask1 = bytes[maskStart + 1] as number;
  const mask2 = bytes[maskStart + 2] as number;
  const mask3 = bytes[maskStart + 3] as number;
  const wholeEnd = end - ((end - start) & 3);
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
    const byte = (bytes[i] as number) ^ (bytes[maskStart + ((i - start) & 3)] as number);
    bytes[i] = byte;
    bits |= byte;
  }
  return bits;
}
