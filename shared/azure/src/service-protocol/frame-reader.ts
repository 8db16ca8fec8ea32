import { errors } from '../errors.ts';

/** The default limit of a frame, in bytes. The service recommends messages under 16 MB. */
export const MAXIMUM_FRAME_SIZE = 16 * 1024 * 1024;

/**
 * Splits a stream of bytes into frames. Chunks may have any size; at most one incomplete frame is
 * buffered. Source: ServiceProtocol.md, "framing": the length as a varint of at most 5 bytes, then
 * that number of bytes.
 */
export class FrameReader {
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #bufferedBytes = 0;
  /**
   * The size of the incomplete frame in bytes, including its length prefix. 0 while the prefix
   * itself is incomplete.
   */
  #needed = 0;

  constructor(limit = MAXIMUM_FRAME_SIZE) {
    this.#limit = limit;
  }

  /**
   * Reads one chunk and passes each frame that it completes to `onFrame`, without its length.
   * @throws {ServiceProtocolError} if a length is malformed or over the limit
   * (`ERR_SIGNALR_AZURE_MALFORMED_MESSAGE`).
   */
  read(chunk: Uint8Array, onFrame: (frame: Uint8Array) => void): void {
    let bytes = chunk;
    if (this.#bufferedBytes > 0) {
      this.#parts.push(chunk);
      this.#bufferedBytes += chunk.length;
      if (this.#bufferedBytes < this.#needed) return;
      bytes = Buffer.concat(this.#parts);
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
    this.#bufferedBytes = bytes.length - at;
    this.#parts = this.#bufferedBytes === 0 ? [] : [at === 0 ? bytes : bytes.subarray(at)];
  }

  #head(bytes: Uint8Array, at: number): { size: number; length: number } | undefined {
    let length = 0;
    for (let size = 1; size <= 5; size++) {
      const byte = bytes[at + size - 1];
      if (byte === undefined) return undefined;
      length += (byte & 0x7f) * 2 ** (7 * (size - 1));
      if (byte > 127) continue;
      if (length > this.#limit) throw errors.frameTooLarge(length, this.#limit);
      return { size, length };
    }
    throw errors.malformedLength();
  }
}
