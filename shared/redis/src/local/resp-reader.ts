/** The largest command that is taken, in bytes. */
const MAXIMUM_COMMAND = 64 * 1024 * 1024;
const MAXIMUM_ARGUMENTS = 1_000_000;
const CRLF = 2;

/** What came is no command of Redis. */
export class RespError extends Error {}

/** Reads commands: arrays of bulk strings, as all clients send them. Source: Redis serialization protocol specification. */
export class RespReader {
  #data: Buffer = Buffer.alloc(0);
  #pieces: Buffer[] = [];
  #length = 0;
  /** Bytes without which the next command cannot be complete. */
  #needed = 0;

  /** Commands that are complete, in order. @throws {RespError} for what is none, or one that is too large. */
  read(piece: Buffer): Buffer[][] {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length > MAXIMUM_COMMAND) throw new RespError('Protocol error: command too large');
    if (this.#length < this.#needed) return [];
    this.#data = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces);
    const commands: Buffer[][] = [];
    let at = 0;
    this.#needed = 0;
    for (;;) {
      const read = this.#command(at);
      if (read === undefined) break;
      commands.push(read.args);
      at = read.end;
    }
    const rest = this.#data.subarray(at);
    this.#needed = Math.max(0, this.#needed - at);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    return commands;
  }

  #command(start: number): { args: Buffer[]; end: number } | undefined {
    const head = this.#number(start, 0x2a);
    if (head === undefined) return undefined;
    if (head.value > MAXIMUM_ARGUMENTS)
      throw new RespError('Protocol error: invalid multibulk length');
    const args: Buffer[] = [];
    let at = head.end;
    for (let i = 0; i < head.value; i++) {
      const length = this.#number(at, 0x24);
      if (length === undefined) return undefined;
      const end = length.end + length.value;
      if (end - start > MAXIMUM_COMMAND) throw new RespError('Protocol error: invalid bulk length');
      if (end + CRLF > this.#data.length) {
        this.#needed = end + CRLF;
        return undefined;
      }
      args.push(this.#data.subarray(length.end, end));
      at = end + CRLF;
    }
    return { args, end: at };
  }

  /** A length line, for example `*3` or `$12`. */
  #number(at: number, mark: number): { value: number; end: number } | undefined {
    if (at >= this.#data.length) return undefined;
    if (this.#data[at] !== mark)
      throw new RespError(`Protocol error: expected '${String.fromCharCode(mark)}'`);
    const end = this.#data.indexOf('\r\n', at);
    if (end < 0) {
      if (this.#data.length - at > 20) throw new RespError('Protocol error: invalid length');
      return undefined;
    }
    const text = this.#data.toString('latin1', at + 1, end);
    if (!/^\d{1,10}$/.test(text)) throw new RespError('Protocol error: invalid length');
    return { value: Number(text), end: end + CRLF };
  }
}
