const FINAL = 0x80;
const OPCODE = 0x0f;
const MASKED = 0x80;
const LENGTH = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK_LENGTH = 4;
const CLOSE = 8;

/**
 * Follows the frames of one client without reading their payloads, to know where a message ends.
 * Source: RFC 6455, section 5.2.
 */
export class FramePosition {
  /** The bytes of the current frame's header, without its mask. Empty between two frames. */
  #header: number[] = [];
  /** The bytes of the current frame that follow its header. */
  #remaining = 0;
  #isHeaderComplete = false;
  #isFragmented = false;
  #isClosed = false;

  /** True if the last byte was the end of a message, or of a control frame between messages. */
  get isBetweenMessages(): boolean {
    return this.#header.length === 0 && !this.#isFragmented;
  }

  /** True after a Close frame. The client sends nothing after it. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Moves behind bytes, which may begin and end at any position. */
  advance(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#isClosed) {
      if (this.#isHeaderComplete) {
        const step = Math.min(this.#remaining, bytes.length - at);
        this.#remaining -= step;
        at += step;
      } else {
        this.#addToHeader(bytes[at] as number);
        at++;
      }
      if (this.#isHeaderComplete && this.#remaining === 0) this.#endFrame();
    }
  }

  #addToHeader(byte: number): void {
    const header = this.#header;
    header.push(byte);
    if (header.length < 2) return;
    const second = header[1] as number;
    const shortLength = second & LENGTH;
    const lengthBytes = lengthSize(shortLength);
    if (header.length < 2 + lengthBytes) return;
    let length = lengthBytes === 0 ? shortLength : 0;
    for (const digit of header.slice(2)) length = length * 256 + digit;
    this.#remaining = length + ((second & MASKED) === 0 ? 0 : MASK_LENGTH);
    this.#isHeaderComplete = true;
  }

  #endFrame(): void {
    const first = this.#header[0] as number;
    const opcode = first & OPCODE;
    if (opcode < CLOSE) this.#isFragmented = (first & FINAL) === 0;
    this.#isClosed = opcode === CLOSE;
    this.#header = [];
    this.#isHeaderComplete = false;
  }
}

function lengthSize(shortLength: number): number {
  if (shortLength === LENGTH_16) return 2;
  return shortLength === LENGTH_64 ? 8 : 0;
}
