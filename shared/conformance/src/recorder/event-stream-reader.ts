/** The maximum size of an event, in bytes. */
const MAXIMUM_EVENT = 16 * 1024 * 1024;

/** Reads the data of Server-Sent Events from a stream. Source: WHATWG HTML, section 9.2. */
export class EventStreamReader {
  readonly #onData: (data: Buffer) => void;
  readonly #onBroken: () => void;
  #rest = Buffer.alloc(0);
  #lines: string[] = [];
  /** The size of the lines, in characters. Each line counts one more. */
  #size = 0;
  #isBroken = false;

  /** `onBroken` is called if nothing more is read, because an event is too long. */
  constructor(onData: (data: Buffer) => void, onBroken: () => void = () => undefined) {
    this.#onData = onData;
    this.#onBroken = onBroken;
  }

  write(chunk: Buffer): void {
    if (this.#isBroken) return;
    this.#rest = Buffer.concat([this.#rest, chunk]);
    let end = this.#rest.indexOf(0x0a);
    while (end >= 0 && this.#size <= MAXIMUM_EVENT) {
      this.#readLine(this.#rest.subarray(0, end).toString('utf8').replace(/\r$/, ''));
      this.#rest = this.#rest.subarray(end + 1);
      end = this.#rest.indexOf(0x0a);
    }
    if (this.#rest.length + this.#size <= MAXIMUM_EVENT) return;
    this.#isBroken = true;
    this.#lines = [];
    this.#rest = Buffer.alloc(0);
    this.#onBroken();
  }

  #readLine(line: string): void {
    if (line.startsWith('data:')) {
      this.#lines.push(line.slice(5).replace(/^ /, ''));
      this.#size += line.length + 1;
    }
    if (line !== '' || this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    this.#size = 0;
    this.#onData(Buffer.from(lines.join('\n')));
  }
}
