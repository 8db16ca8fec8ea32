/** The maximum size of a command in bytes. */
const MAX_COMMAND_BYTES = 64 * 1024 * 1024;
const MAX_ARGUMENTS = 1_000_000;
const CRLF = 2;

/** The received bytes are not a Redis command. */
export class RespError extends Error {}

/**
 * Reads commands: arrays of bulk strings, as all clients send them. Source: Redis serialization
 * protocol specification.
 */
export class RespReader {
  #data: Buffer = Buffer.alloc(0);
  #chunks: Buffer[] = [];
  #length = 0;
  /** The minimum number of bytes of the next complete command. */
  #needed = 0;

  /**
   * Returns the commands that are complete, in order. Throws a {@link RespError} if a command is
   * invalid or too large.
   */
  read(chunk: Buffer): Buffer[][] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length > MAX_COMMAND_BYTES) throw new RespError('Protocol error: command too large');
    if (this.#length < this.#needed) return [];
    this.#data = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const commands: Buffer[][] = [];
    let at = 0;
    this.#needed = 0;
    for (;;) {
      const command = this.#readCommand(at);
      if (command === undefined) break;
      commands.push(command.args);
      at = command.end;
    }
    const rest = this.#data.subarray(at);
    this.#needed = Math.max(0, this.#needed - at);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    return commands;
  }

  #readCommand(start: number): { args: Buffer[]; end: number } | undefined {
    const head = this.#readLength(start, 0x2a);
    if (head === undefined) return undefined;
    if (head.value > MAX_ARGUMENTS) throw new RespError('Protocol error: invalid multibulk length');
    const args: Buffer[] = [];
    let at = head.end;
    for (let i = 0; i < head.value; i++) {
      const length = this.#readLength(at, 0x24);
      if (length === undefined) return undefined;
      const end = length.end + length.value;
      if (end - start > MAX_COMMAND_BYTES)
        throw new RespError('Protocol error: invalid bulk length');
      if (end + CRLF > this.#data.length) {
        this.#needed = end + CRLF;
        return undefined;
      }
      args.push(this.#data.subarray(length.end, end));
      at = end + CRLF;
    }
    return { args, end: at };
  }

  /** Reads a length line, for example `*3` or `$12`. Returns undefined if it is not complete. */
  #readLength(at: number, mark: number): { value: number; end: number } | undefined {
    if (at >= this.#data.length) return undefined;
    if (this.#data[at] !== mark)
      throw new RespError(`Protocol error: expected '${String.fromCharCode(mark)}'`);
    const end = this.#data.indexOf('\r\n', at);
    if (end < 0) {
      if (this.#data.length - at > 20) throw new RespError('Protocol error: invalid length');
      return undefined;
    }
    const digits = this.#data.toString('latin1', at + 1, end);
    if (!/^\d{1,10}$/.test(digits)) throw new RespError('Protocol error: invalid length');
    return { value: Number(digits), end: end + CRLF };
  }
}
