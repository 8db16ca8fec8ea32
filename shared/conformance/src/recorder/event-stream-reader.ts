/** The maximum size of a line, in bytes. */
const MAXIMUM_LINE = 16 * 1024 * 1024;

/** Reads the data of Server-Sent Events from a stream. Source: WHATWG HTML, section 9.2. */
export class EventStreamReader {
  readonly #onData: (data: Buffer) => void;
  readonly #onBroken: () => void;
  #rest = Buffer.alloc(0);
  #lines: string[] = [];
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
    while (end >= 0) {
      this.#readLine(this.#rest.subarray(0, end).toString('utf8').replace(/\r$/, ''));
      this.#rest = this.#rest.subarray(end + 1);
      end = this.#rest.indexOf(0x0a);
    }
    if (this.#rest.length <= MAXIMUM_LINE) return;
    this.#isBroken = true;
    this.#rest = Buffer.alloc(0);
    this.#onBroken();
  }

  #readLine(line: string): void {
    if (line.startsWith('data:')) this.#lines.push(line.slice(5).replace(/^ /, ''));
    if (line !== '' || this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    this.#onData(Buffer.from(lines.join('\n')));
  }
}
