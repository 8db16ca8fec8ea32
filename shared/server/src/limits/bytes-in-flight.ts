/**
 * The bytes that the connections of one hub path have in flight together: messages that the server
 * has received and not handled, and messages that clients have not read.
 */
export class BytesInFlight {
  readonly #maximum: number;
  #total = 0;

  /** `maximum` is in bytes. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  get isExceeded(): boolean {
    return this.#total > this.#maximum;
  }

  get total(): number {
    return this.#total;
  }

  /** Changes the total. `bytes` is negative if fewer bytes are in flight than before. */
  change(bytes: number): void {
    this.#total += bytes;
  }
}
