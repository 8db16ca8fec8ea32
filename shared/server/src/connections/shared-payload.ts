/** An encoded message that several connections get. Keeps its frame, so that it is framed once for each transport. */
export class SharedPayload {
  readonly payload: string | Uint8Array;
  #byteLength: number | undefined;
  #framer: ((payload: string | Uint8Array) => Buffer) | undefined;
  #frame: Buffer | undefined;

  constructor(payload: string | Uint8Array) {
    this.payload = payload;
  }

  /** Length of the payload as bytes, counted once. */
  get byteLength(): number {
    this.#byteLength ??=
      typeof this.payload === 'string' ? Buffer.byteLength(this.payload) : this.payload.byteLength;
    return this.#byteLength;
  }

  /** The frame that `framer` makes, made once. One server mixes few transports, so the last one is kept. */
  framed(framer: (payload: string | Uint8Array) => Buffer): Buffer {
    if (this.#frame === undefined || this.#framer !== framer) {
      this.#frame = framer(this.payload);
      this.#framer = framer;
    }
    return this.#frame;
  }
}
