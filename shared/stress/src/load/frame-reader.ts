/** The number of bytes of a message that are kept. They contain its type and its first argument. */
const HEAD = 128;
const RECORD_SEPARATOR = 0x1e;

/** Reads the hub messages of a server's WebSocket frames, without keeping large ones. */
export class FrameReader {
  readonly #onMessage: (head: string, length: number) => void;
  /** The bytes of a frame header that is not complete. */
  #header: Buffer = Buffer.alloc(0);
  #payloadLeft = 0;
  #head = '';
  #length = 0;

  /** `onMessage` gets the first bytes of each hub message, and its length. */
  constructor(onMessage: (head: string, length: number) => void) {
    this.#onMessage = onMessage;
  }

  read(chunk: Buffer): void {
    let rest = this.#header.length === 0 ? chunk : Buffer.concat([this.#header, chunk]);
    this.#header = Buffer.alloc(0);
    while (rest.length > 0) {
      if (this.#payloadLeft === 0) {
        const size = headerSize(rest);
        if (rest.length < size) {
          this.#header = rest;
          return;
        }
        this.#payloadLeft = payloadLength(rest);
        rest = rest.subarray(size);
      }
      const payload = rest.subarray(0, this.#payloadLeft);
      this.#payloadLeft -= payload.length;
      rest = rest.subarray(payload.length);
      this.#readPayload(payload);
    }
  }

  #readPayload(payload: Buffer): void {
    let start = 0;
    for (;;) {
      const end = payload.indexOf(RECORD_SEPARATOR, start);
      const part = payload.subarray(start, end === -1 ? payload.length : end);
      if (this.#head.length < HEAD) this.#head += part.toString('latin1', 0, HEAD);
      this.#length += part.length;
      if (end === -1) return;
      this.#onMessage(this.#head, this.#length);
      this.#head = '';
      this.#length = 0;
      start = end + 1;
    }
  }
}

/** Returns the size of a frame header. At least this many bytes must be there to read it. */
function headerSize(bytes: Buffer): number {
  if (bytes.length < 2) return 2;
  const length = (bytes[1] as number) & 0x7f;
  if (length === 127) return 10;
  return length === 126 ? 4 : 2;
}

function payloadLength(bytes: Buffer): number {
  const length = (bytes[1] as number) & 0x7f;
  if (length === 127) return Number(bytes.readBigUInt64BE(2));
  return length === 126 ? bytes.readUInt16BE(2) : length;
}
