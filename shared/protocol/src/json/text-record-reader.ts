import { TextDecoder } from '../text-encoding.ts';
import { errors } from '../errors.ts';
import { utf8Length } from './json-text.ts';
import type { MessageTooLargeError } from '../protocol-error.ts';

/** Ends each record of a text protocol. Source: HubProtocol.md, "Text-based encoding". */
export const RECORD_SEPARATOR = '\u001e';

/** The size of the object that joins two strings, in bytes. */
const NODE_SIZE = 32;
/** Up to this number of joined strings, the size of their objects does not matter. */
const MINIMUM_FRAGMENTED = 256;

/**
 * Splits text that arrives in chunks of any size into records that end with 0x1E.
 * Each character is read once, regardless of the number of chunks. At most one unfinished record is
 * kept.
 * @example
 * const reader = new TextRecordReader(32768);
 * reader.read('{"type":6}\u001e{"ty', (record) => console.log(record)); // {"type":6}
 */
export class TextRecordReader {
  readonly #limit: number;
  #pending = '';
  /** The number of strings that were added to `#pending` since it was flattened. */
  #chunks = 0;
  #decoder: TextDecoder | undefined;

  /**
   * `maximumRecordSize` is in bytes of UTF-8 and includes the separator. Undefined means no limit.
   */
  constructor(maximumRecordSize: number | undefined) {
    this.#limit = maximumRecordSize ?? Number.POSITIVE_INFINITY;
  }

  /** Removes the unfinished record from the reader and returns it. */
  takeRest(): string {
    const rest = this.#pending;
    this.#pending = '';
    return rest;
  }

  /**
   * Passes each record that the chunk completes to `onRecord`. Stops behind a record if `onRecord`
   * returns false, or if `maximum` UTF-16 code units were read. Then returns the rest of the chunk
   * as text. Pass it to `read` before the next chunk.
   */
  read(
    chunk: string | Uint8Array,
    onRecord: (record: string) => unknown,
    maximum: number = Number.POSITIVE_INFINITY,
  ): string | undefined {
    const text = typeof chunk === 'string' ? chunk : this.#decode(chunk);
    let start = 0;
    let end = text.indexOf(RECORD_SEPARATOR);
    while (end >= 0) {
      const record =
        this.#pending === '' ? text.slice(start, end) : this.#pending + text.slice(start, end);
      this.#pending = '';
      this.#check(record, 1);
      const isStopped = onRecord(record) === false;
      start = end + 1;
      if (isStopped || start >= maximum) return start < text.length ? text.slice(start) : undefined;
      end = text.indexOf(RECORD_SEPARATOR, start);
    }
    if (start < text.length) {
      this.#pending += start === 0 ? text : text.slice(start);
      this.#flattenIfFragmented();
      // Check only the length here: counting the bytes of the same text again for every chunk would
      // take quadratic time.
      if (this.#pending.length > this.#limit) throw this.#tooLarge();
    }
    return undefined;
  }

  /**
   * Copies the concatenated chunks into one flat string if V8 needs more memory to join them than
   * for their characters. V8 keeps an object for each part of a concatenated string.
   */
  #flattenIfFragmented(): void {
    this.#chunks++;
    if (this.#chunks < MINIMUM_FRAGMENTED || this.#chunks * NODE_SIZE < this.#pending.length)
      return;
    this.#chunks = 0;
    this.#pending.charCodeAt(0); // V8 flattens a string before it returns one of its characters
  }

  #decode(bytes: Uint8Array): string {
    // The decoder is kept, because a character may be split between two chunks. Bytes that are not
    // UTF-8 are an error, not U+FFFD.
    this.#decoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    try {
      return this.#decoder.decode(bytes, { stream: true });
    } catch {
      throw errors.invalidJson();
    }
  }

  #check(record: string, separator: number): void {
    const most = record.length * 3 + separator;
    if (most <= this.#limit) return;
    if (record.length + separator > this.#limit || utf8Length(record) + separator > this.#limit)
      throw this.#tooLarge();
  }

  #tooLarge(): MessageTooLargeError {
    return errors.messageTooLarge(this.#limit);
  }
}
