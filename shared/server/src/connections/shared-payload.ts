/**
 * An encoded message, or several that follow each other, for several connections. Keeps its frame,
 * so that the message is framed once for all connections of a transport.
 */
export class SharedPayload {
  readonly payload: string | Uint8Array;
  /** The payload of each message, in order. Undefined if there is one message. */
  readonly parts: readonly SharedPayload[] | undefined;
  #byteLength: number | undefined;
  #createFrame: ((payload: string | Uint8Array) => Buffer) | undefined;
  #frame: Buffer | undefined;

  constructor(payload: string | Uint8Array, parts?: readonly SharedPayload[]) {
    this.payload = payload;
    this.parts = parts;
  }

  /** The length of the payload in bytes. */
  get byteLength(): number {
    this.#byteLength ??=
      typeof this.payload === 'string' ? Buffer.byteLength(this.payload) : this.payload.byteLength;
    return this.#byteLength;
  }

  /**
   * Returns the frame that `createFrame` creates. Only the last frame is kept, because most servers
   * use few transports at the same time.
   */
  framed(createFrame: (payload: string | Uint8Array) => Buffer): Buffer {
    if (this.#frame === undefined || this.#createFrame !== createFrame) {
      this.#frame = createFrame(this.payload);
      this.#createFrame = createFrame;
    }
    return this.#frame;
  }
}
