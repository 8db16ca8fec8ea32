import { errorTexts } from '../error-texts.ts';
import { ServiceProtocolError } from './message-pack-reader.ts';

/** The largest frame that is read unless told otherwise: the service advises messages under 16 MB. */
export const MAXIMUM_FRAME_SIZE = 16 * 1024 * 1024;

/**
 * Cuts a stream of bytes, which may come in any pieces, into frames. Holds back at most one unfinished frame.
 * Source: ServiceProtocol.md, "framing": a length as a varint of at most 5 bytes, then so many bytes.
 */
export class FrameReader {
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #held = 0;
  /** Bytes that the unfinished frame needs, its length included; 0 while the length itself is unfinished. */
  #needed = 0;

  constructor(limit = MAXIMUM_FRAME_SIZE) {
    this.#limit = limit;
  }

  /**
   * Reads one piece and hands on each frame that it completes, without its length.
   * @throws {ServiceProtocolError} for a length that is malformed or over the limit.
   */
  read(piece: Uint8Array, onFrame: (frame: Uint8Array) => void): void {
    let bytes = piece;
    if (this.#held > 0) {
      this.#parts.push(piece);
      this.#held += piece.length;
      if (this.#held < this.#needed) return;
      bytes = this.#parts.length === 1 ? piece : Buffer.concat(this.#parts);
    }
    let at = 0;
    this.#needed = 0;
    while (at < bytes.length) {
      const head = this.#head(bytes, at);
      if (head === undefined) break;
      const end = at + head.size + head.length;
      if (end > bytes.length) {
        this.#needed = head.size + head.length;
        break;
      }
      onFrame(bytes.subarray(at + head.size, end));
      at = end;
    }
    this.#held = bytes.length - at;
    this.#parts = this.#held === 0 ? [] : [at === 0 ? bytes : bytes.subarray(at)];
  }

  #head(bytes: Uint8Array, at: number): { size: number; length: number } | undefined {
    let length = 0;
    for (let size = 1; size <= 5; size++) {
      const byte = bytes[at + size - 1];
      if (byte === undefined) return undefined;
      length += (byte & 0x7f) * 2 ** (7 * (size - 1));
      if (byte > 127) continue;
      if (length > this.#limit)
        throw new ServiceProtocolError(errorTexts.frameTooLarge(length, this.#limit));
      return { size, length };
    }
    throw new ServiceProtocolError(errorTexts.malformedLength);
  }
}
