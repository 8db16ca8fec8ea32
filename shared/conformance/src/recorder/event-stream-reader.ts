/** The maximum size of an event, in characters. */
const MAXIMUM_EVENT = 16 * 1024 * 1024;

/** Reads the data of Server-Sent Events from a stream. Source: WHATWG HTML, section 9.2. */
export class EventStreamReader {
  readonly #onData: (data: Buffer) => void;
  #rest = Buffer.alloc(0);
  #lines: string[] = [];

  constructor(onData: (data: Buffer) => void) {
    this.#onData = onData;
  }

  write(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (this.#rest.length > MAXIMUM_EVENT) this.#rest = Buffer.alloc(0);
    let end = this.#rest.indexOf(0x0a);
    while (end >= 0) {
      this.#readLine(this.#rest.subarray(0, end).toString('utf8').replace(/\r$/, ''));
      this.#rest = this.#rest.subarray(end + 1);
      end = this.#rest.indexOf(0x0a);
    }
  }

  #readLine(line: string): void {
    if (line.startsWith('data:')) this.#lines.push(line.slice(5).replace(/^ /, ''));
    if (line !== '' || this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    this.#onData(Buffer.from(lines.join('\n')));
  }
}
