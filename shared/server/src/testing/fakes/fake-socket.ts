import { Duplex } from 'node:stream';

/** A socket whose other end is the test. `push` sends bytes of the client. */
export class FakeSocket extends Duplex {
  /** The writes that the client has received. */
  readonly sent: Buffer[] = [];
  hasNoDelay = false;
  #isHeld = false;
  #accept: (() => void) | undefined;

  setNoDelay(hasNoDelay: boolean): this {
    this.hasNoDelay = hasNoDelay;
    return this;
  }

  /** Stops receiving, like a client that does not read. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Receives everything that was written, and continues. */
  release(): void {
    this.#isHeld = false;
    this.#accept?.();
  }

  override _read(): void {
    // The test pushes.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const accept = (): void => {
      this.#accept = undefined;
      this.sent.push(chunk);
      done();
    };
    if (this.#isHeld) this.#accept = accept;
    else accept();
  }
}
