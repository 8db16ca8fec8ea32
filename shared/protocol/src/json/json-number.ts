import type { JsonText } from './json-text.ts';
import { wireMessages } from '../wire-messages.ts';

const messages = wireMessages.jsonSyntax;
/** The characters that may follow a number. */
const DELIMITERS = ',}] \n\r\t/';
const DIGITS = /\d*/y;

/**
 * Returns the index after the number that starts at an index. `mayEndText` is true if the text may
 * end with the number.
 * @throws {ProtocolError} if it is not a number, with the message of .NET.
 */
export function numberEnd(text: JsonText, start: number, mayEndText: boolean): number {
  const end = scanNumber(text, start);
  const { characters } = text;
  if (end < characters.length || mayEndText) return end;
  throw text.createError(messages.invalidEndOfNumber(text.describe(end - 1)), end);
}

function scanNumber(text: JsonText, start: number): number {
  const { characters } = text;
  let at = start;
  if (characters[at] === '-') {
    at++;
    requireDigit(text, at, messages.digitMissingAfterSign);
  }
  const firstDigit = characters[at];
  at = firstDigit === '0' ? at + 1 : digitsEnd(characters, at);
  if (isDelimited(characters, at)) return at;
  if (firstDigit === '0' && isDigit(characters[at])) {
    throw text.createError(messages.leadingZero(text.describe(at)), at);
  }
  if (characters[at] === '.') {
    at++;
    requireDigit(text, at, messages.digitMissingAfterPoint);
    at = digitsEnd(characters, at);
    if (isDelimited(characters, at)) return at;
    if (!isExponentSign(characters[at])) {
      throw text.createError(messages.exponentMissing(text.describe(at)), at);
    }
  }
  if (!isExponentSign(characters[at])) {
    throw text.createError(messages.invalidEndOfNumber(text.describe(at)), at);
  }
  at++;
  if (characters[at] === '+' || characters[at] === '-') at++;
  requireDigit(text, at, messages.digitMissingAfterSign);
  at = digitsEnd(characters, at);
  if (isDelimited(characters, at)) return at;
  throw text.createError(messages.invalidEndOfNumber(text.describe(at)), at);
}

const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= '0' && character <= '9';
const isExponentSign = (character: string | undefined): boolean =>
  character === 'e' || character === 'E';
const isDelimited = (characters: string, at: number): boolean =>
  at >= characters.length || DELIMITERS.includes(characters[at] as string);

function requireDigit(text: JsonText, at: number, message: (character: string) => string): void {
  const character = text.characters[at];
  if (character === undefined) throw text.createError(messages.digitMissing, at);
  if (!isDigit(character)) throw text.createError(message(text.describe(at)), at);
}

function digitsEnd(characters: string, at: number): number {
  DIGITS.lastIndex = at;
  DIGITS.test(characters);
  return DIGITS.lastIndex;
}
