import { errors } from '../errors.ts';

/** JSON text whose errors name the line and the byte, as those of .NET do. */
export class JsonText {
  readonly characters: string;

  constructor(characters: string) {
    this.characters = characters;
  }

  /** Returns an error at an index of the text. */
  createError(message: string, index: number): Error {
    const lines = this.characters.slice(0, index).split('\n');
    return errors.jsonSyntax(message, lines.length - 1, utf8Length(lines.at(-1) ?? ''));
  }

  /** Returns the first byte of the character at an index, as .NET shows it in error messages. */
  describe(index: number): string {
    const codePoint = this.characters.codePointAt(index) ?? 0;
    if (codePoint >= 0x20 && codePoint < 0x7f) return String.fromCodePoint(codePoint);
    return `0x${firstByte(codePoint).toString(16).toUpperCase().padStart(2, '0')}`;
  }
}

/** Returns the first byte of the UTF-8 encoding of a code point. */
function firstByte(codePoint: number): number {
  if (codePoint < 0x80) return codePoint;
  if (codePoint < 0x800) return 0xc0 | (codePoint >> 6);
  if (codePoint < 0x10000) return 0xe0 | (codePoint >> 12);
  return 0xf0 | (codePoint >> 18);
}

/** Returns the number of bytes of a string in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit <= 0xdfff) bytes += 1; // half of four bytes
    else bytes += 2;
  }
  return bytes;
}
