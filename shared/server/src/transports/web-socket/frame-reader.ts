import { isUtf8 } from 'node:buffer';
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  type FrameHeader,
  isAllowedFrame,
  readFrameHeader,
  TEXT,
} from './frame-header.ts';
import { removeMask } from './remove-mask.ts';
import { TextPartsDecoder } from './text-parts-decoder.ts';

// These constants are not imported, because V8 reads an imported one again for each message.

/** The first byte of a message in one frame, without extensions. Source: RFC 6455, section 5.2. */
const WHOLE_TEXT = 0x80 | TEXT;
const WHOLE_BINARY = 0x80 | BINARY;
const MASKED = 0x80;
const LENGTH = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
/** The bytes of a header that precede a length in 16 bits. */
const HEADER_START = 2;
const MASK_LENGTH = 4;
const SHORT_HEADER = 6;
const LONG_HEADER = 8;
const FIRST_BEYOND_ASCII = 0x80;

/** A continuation of no message. The library answers it with the close code 1002. */
const INVALID_FRAME = Buffer.from([0x80 | CONTINUATION, MASKED, 0, 0, 0, 0]);
/** Text that is not UTF-8. The library answers it with the close code 1007. */
const INVALID_TEXT = Buffer.from([WHOLE_TEXT, MASKED | 1, 0, 0, 0, 0, 0xff]);

/** Receives what a {@link FrameReader} reads. */
export interface FrameReaderEvents {
  /** Receives a message, or the next part of one. Text is valid UTF-8. */
  onPayload(payload: string | Uint8Array): void;
  /** Receives a control frame, or a frame that stands for a violation of RFC 6455. */
  readByLibrary(frame: Buffer): void;
}

/** A frame of which not all bytes have arrived. */
interface OpenFrame {
  readonly isFinal: boolean;
  /** The mask of the next byte is at index 0. */
  readonly mask: Buffer;
  /** The number of bytes that are missing. */
  remaining: number;
}

/**
 * Reads the frames of a client. Large and fragmented messages are passed on in the parts in which
 * they arrive, so that they need no memory: a client may send any number of hub messages in one
 * WebSocket message. The library answers control frames, and closes after a violation of RFC 6455.
 */
export class FrameReader {
  readonly #events: FrameReaderEvents;
  /** The beginning of a header or of a control frame, or what has arrived during a pause. */
  #rest: Buffer | undefined;
  #frame: OpenFrame | undefined;
  #isInMessage = false;
  /** Undefined between messages, and in messages of bytes. */
  #decoder: TextPartsDecoder | undefined;
  #isStopped = false;
  #isPaused = false;
  #isReading = false;

  constructor(events: FrameReaderEvents) {
    this.#events = events;
  }

  /** Ignores all further bytes, because the library has refused a frame. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Stops behind the current message, also in the middle of a chunk. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Reads what has arrived during the pause. */
  resume(): void {
    this.#isPaused = false;
    const rest = this.#rest;
    if (rest === undefined || this.#isReading) return;
    this.#rest = undefined;
    this.#readFrames(rest);
  }

  /** Reads a chunk. Changes its bytes, because it removes the masks in place. */
  read(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    this.#readFrames(bytes);
  }

  #readFrames(bytes: Buffer): void {
    let at = 0;
    let isCut = false;
    this.#isReading = true;
    while (at < bytes.length && !this.#isStopped && !this.#isPaused && !isCut) {
      const start = at;
      if (this.#frame !== undefined) at = this.#readPart(bytes, at);
      else {
        if (!this.#isInMessage) at = this.#readMessages(bytes, at);
        if (at < bytes.length && !this.#isPaused) at = this.#readFrame(bytes, at);
      }
      isCut = at === start;
    }
    this.#isReading = false;
    if (at === bytes.length || this.#isStopped) return;
    // The copy of a cut header or control frame does not keep the whole chunk in memory.
    this.#rest = isCut ? Buffer.from(bytes.subarray(at)) : bytes.subarray(at);
  }

  /**
   * Reads messages of one frame each, as clients usually send them. Returns the index of the first
   * frame that is not such a message, or not complete.
   */
  #readMessages(chunk: Buffer, start: number): number {
    let at = start;
    while (at + SHORT_HEADER <= chunk.length && !this.#isPaused) {
      const first = chunk[at] as number;
      const second = chunk[at + 1] as number;
      const isText = first === WHOLE_TEXT;
      if ((!isText && first !== WHOLE_BINARY) || second < MASKED) return at;
      const shortLength = second & LENGTH;
      if (shortLength === LENGTH_64) return at;
      const isLong = shortLength === LENGTH_16;
      const payload = at + (isLong ? LONG_HEADER : SHORT_HEADER);
      const end = payload + (isLong ? chunk.readUInt16BE(at + HEADER_START) : shortLength);
      if (end > chunk.length) return at;
      const bits = removeMask(chunk, payload, end, chunk, payload - MASK_LENGTH);
      if (!isText) this.#events.onPayload(chunk.subarray(payload, end));
      else if (bits < FIRST_BEYOND_ASCII) {
        this.#events.onPayload(chunk.toString('latin1', payload, end));
      } else if (isUtf8(chunk.subarray(payload, end))) {
        this.#events.onPayload(chunk.toString('utf8', payload, end));
      } else {
        return this.#refuse(chunk, INVALID_TEXT);
      }
      at = end;
    }
    return at;
  }

  /**
   * Reads any other frame, or the header of one whose payload is cut. Returns the index of what
   * follows, or `at` if bytes are missing.
   */
  #readFrame(bytes: Buffer, at: number): number {
    if (at + HEADER_START > bytes.length) return at;
    const isAllowed = isAllowedFrame(
      bytes[at] as number,
      bytes[at + 1] as number,
      this.#isInMessage,
    );
    if (!isAllowed) return this.#refuse(bytes, INVALID_FRAME);
    const header = readFrameHeader(bytes, at);
    if (header === undefined) return at;
    const payload = at + header.size;
    if (header.opcode < CLOSE) return this.#openFrame(bytes, payload, header);
    const end = payload + header.length;
    if (end > bytes.length) return at;
    // A client sends nothing after a Close frame.
    if (header.opcode === CLOSE) this.#isStopped = true;
    this.#events.readByLibrary(bytes.subarray(at, end));
    return end;
  }

  #openFrame(bytes: Buffer, payload: number, header: FrameHeader): number {
    const { opcode, isFinal, length } = header;
    if (!Number.isSafeInteger(length)) return this.#refuse(bytes, INVALID_FRAME);
    const mask = Buffer.from(bytes.subarray(payload - MASK_LENGTH, payload));
    this.#frame = { isFinal, mask, remaining: length };
    this.#isInMessage = true;
    if (opcode === TEXT) this.#decoder = new TextPartsDecoder();
    return this.#readPart(bytes, payload);
  }

  /** Reads what has arrived of the open frame. Returns the index of what follows. */
  #readPart(bytes: Buffer, start: number): number {
    const frame = this.#frame as OpenFrame;
    const end = Math.min(start + frame.remaining, bytes.length);
    const bits = removeMask(bytes, start, end, frame.mask, 0);
    const part = bytes.subarray(start, end);
    frame.remaining -= part.length;
    rotate(frame.mask, part.length % MASK_LENGTH);
    const isLast = frame.remaining === 0 && frame.isFinal;
    const isAscii = bits < FIRST_BEYOND_ASCII;
    const payload =
      this.#decoder === undefined ? part : this.#decoder.decode(part, isAscii, isLast);
    if (payload === undefined) return this.#refuse(bytes, INVALID_TEXT);
    if (frame.remaining === 0) this.#frame = undefined;
    if (isLast) {
      this.#isInMessage = false;
      this.#decoder = undefined;
    }
    if (payload.length > 0) this.#events.onPayload(payload);
    return end;
  }

  /**
   * Lets the library read a frame with the same violation as that of the client, because it knows
   * only the control frames. It sends the Close frame and ends the socket.
   */
  #refuse(bytes: Buffer, violation: Buffer): number {
    this.#isStopped = true;
    this.#events.readByLibrary(Buffer.from(violation)); // a copy, because it removes the mask
    return bytes.length;
  }
}

/** Moves the first `count` bytes of a mask to its end. */
function rotate(mask: Buffer, count: number): void {
  if (count > 0) Buffer.concat([mask.subarray(count), mask.subarray(0, count)]).copy(mask);
}
