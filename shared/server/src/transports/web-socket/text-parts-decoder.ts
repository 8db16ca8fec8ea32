import { TextDecoder } from 'node:util';

/**
 * Decodes the text of one message that arrives in parts, which may be cut within a character.
 * Source: RFC 6455, section 8.1.
 */
export class TextPartsDecoder {
  /** Undefined while all parts are ASCII, because these are decoded faster without it. */
  #decoder: TextDecoder | undefined;

  /** Decodes the next part. Returns undefined if the bytes are not valid UTF-8. */
  decode(part: Buffer, isAscii: boolean, isLast: boolean): string | undefined {
    if (isAscii && this.#decoder === undefined) return part.toString('latin1');
    this.#decoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    try {
      return this.#decoder.decode(part, { stream: !isLast });
    } catch {
      return undefined;
    }
  }
}
