import { errors } from '../errors.ts';
import { wireMessages } from '../wire-messages.ts';
import { numberEnd } from './json-number.ts';
import { JsonText } from './json-text.ts';
import { MAXIMUM_DEPTH } from './safe-json.ts';
import { unescapeString } from './unescape-string.ts';

/** The type of a token, with the name of .NET. Source: `JsonTokenType`. */
export type JsonTokenType =
  | 'None'
  | 'StartObject'
  | 'EndObject'
  | 'StartArray'
  | 'EndArray'
  | 'PropertyName'
  | 'String'
  | 'Number'
  | 'True'
  | 'False'
  | 'Null';

const messages = wireMessages.jsonSyntax;
const LITERALS = { t: 'true', f: 'false', n: 'null' } as const;
const LITERAL_TYPES = { t: 'True', f: 'False', n: 'Null' } as const;
const WHITE_SPACE = /[ \t\n\r]*/y;
/** The characters of a string up to a quote, a backslash or a control character. */
// oxlint-disable-next-line no-control-regex -- control characters are invalid in strings
const PLAIN_CHARACTERS = /[^"\\\0-\x1f]*/y;
const ESCAPABLE = '"\\/bfnrtu';
const HEX_DIGIT = /[0-9a-fA-F]/;

/**
 * Reads JSON text token by token, and throws the errors of .NET at the token where .NET throws
 * them. Text after the last token that is read is not checked.
 * Source: `Utf8JsonReader` of System.Text.Json.
 */
export class JsonTokenReader {
  readonly #text: JsonText;
  readonly #characters: string;
  /** The index after the current token. */
  #at = 0;
  #start = 0;
  #type: JsonTokenType = 'None';
  #hasEscapes = false;
  /** For each open object or array, whether it is an object. */
  readonly #isObject: boolean[] = [];

  constructor(text: string) {
    this.#characters = text;
    this.#text = new JsonText(text);
  }

  /** Whether the current string or name has escapes. */
  get hasEscapes(): boolean {
    return this.#hasEscapes;
  }

  /**
   * Moves to the next token and returns its type. At the end of the text, stays at the last token.
   * @throws {ProtocolError} if the text is not valid JSON up to the end of the token.
   */
  read(): JsonTokenType {
    const isAfterComma = this.#skipToToken();
    const character = this.#characters[this.#at];
    if (character === undefined) {
      this.#checkEnd();
      return this.#type;
    }
    this.#start = this.#at;
    if (character === '/' && !isAfterComma && this.#type !== 'None') {
      throw this.#createError(messages.invalidAfterValue);
    }
    if (this.#isNameExpected(isAfterComma)) this.#readNameOrEnd(character, isAfterComma);
    else this.#readValueOrEnd(character, isAfterComma);
    return this.#type;
  }

  /** Moves to the last token of the current value, or of the value of the current name. */
  skip(): void {
    if (this.#type === 'PropertyName') this.read();
    if (this.#type !== 'StartObject' && this.#type !== 'StartArray') return;
    const depth = this.#isObject.length;
    while (this.#isObject.length >= depth) this.read();
  }

  /** Skips the current value and returns its text. */
  readText(): string {
    const start = this.#start;
    this.skip();
    return this.#characters.slice(start, this.#at);
  }

  /**
   * Returns the current string or name.
   * @throws {ProtocolError} if the token is not a string, or if its escapes are not valid UTF-16.
   */
  getString(): string {
    if (this.#type !== 'String' && this.#type !== 'PropertyName') {
      throw errors.tokenNotString(this.#type);
    }
    const end = this.#characters.lastIndexOf('"', this.#at - 1);
    const raw = this.#characters.slice(this.#start + 1, end);
    return this.#hasEscapes ? unescapeString(raw) : raw;
  }

  /** Returns the characters of the current number. */
  getDigits(): string {
    return this.#characters.slice(this.#start, this.#at);
  }

  /**
   * Moves behind white space and the comma between two values. Returns whether there was a comma.
   */
  #skipToToken(): boolean {
    this.#skipWhiteSpace();
    if (this.#type === 'None' || this.#type === 'PropertyName') return false;
    if (this.#type === 'StartObject' || this.#type === 'StartArray') return false;
    if (this.#isObject.length === 0 || this.#characters[this.#at] !== ',') return false;
    const comma = this.#at;
    this.#at++;
    if (this.#at === this.#characters.length) {
      throw this.#text.createError(messages.startOfPropertyOrValueMissing, comma);
    }
    this.#skipWhiteSpace();
    if (this.#at === this.#characters.length) {
      throw this.#text.createError(messages.startOfPropertyOrValueMissing, this.#at);
    }
    return true;
  }

  #isNameExpected(isAfterComma: boolean): boolean {
    if (this.#type === 'StartObject') return true;
    return isAfterComma && this.#isObject.at(-1) === true;
  }

  #readNameOrEnd(character: string, isAfterComma: boolean): void {
    if (character === '"') this.#readName();
    else if (character !== '}') throw this.#createError(messages.invalidStartOfProperty);
    else if (isAfterComma) throw this.#createError(messages.trailingCommaInObject);
    else this.#endContainer('EndObject');
  }

  #readValueOrEnd(character: string, isAfterComma: boolean): void {
    const isFirstToken = this.#type === 'None';
    const isInArray = this.#type === 'StartArray' || isAfterComma;
    if (isFirstToken || isInArray || this.#type === 'PropertyName') {
      if (character !== ']' || !isInArray) this.#readValue(character, isFirstToken);
      else if (isAfterComma) throw this.#createError(messages.trailingCommaInArray);
      else this.#endContainer('EndArray');
    } else if (this.#isObject.length === 0) {
      throw this.#createError(messages.textAfterValue);
    } else if (character === '}' || character === ']') {
      const isObject = this.#isObject.at(-1) === true;
      if (isObject !== (character === '}')) throw this.#createError(messages.mismatchedEnd);
      this.#endContainer(isObject ? 'EndObject' : 'EndArray');
    } else {
      throw this.#createError(messages.invalidAfterValue);
    }
  }

  #readValue(character: string, isFirstToken: boolean): void {
    if (character === '"') {
      this.#readString();
      this.#type = 'String';
    } else if (character === '{' || character === '[') {
      this.#startContainer(character === '{');
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      this.#at = numberEnd(this.#text, this.#at, isFirstToken);
      this.#type = 'Number';
    } else if (character === 't' || character === 'f' || character === 'n') {
      this.#readLiteral(character);
    } else {
      throw this.#createError(messages.invalidStartOfValue);
    }
  }

  #startContainer(isObject: boolean): void {
    if (this.#isObject.length === MAXIMUM_DEPTH) {
      throw this.#text.createError(messages.tooDeep(MAXIMUM_DEPTH, isObject), this.#at);
    }
    this.#isObject.push(isObject);
    this.#at++;
    this.#type = isObject ? 'StartObject' : 'StartArray';
  }

  #endContainer(type: 'EndObject' | 'EndArray'): void {
    this.#isObject.pop();
    this.#at++;
    this.#type = type;
  }

  /** Moves behind a name and its colon. */
  #readName(): void {
    this.#readString();
    this.#skipWhiteSpace();
    const character = this.#characters[this.#at];
    if (character === undefined) {
      throw this.#text.createError(messages.valueMissing, this.#at);
    }
    if (character !== ':') throw this.#createError(messages.colonMissing);
    this.#at++;
    this.#type = 'PropertyName';
  }

  #readString(): void {
    this.#hasEscapes = false;
    this.#at++;
    for (;;) {
      PLAIN_CHARACTERS.lastIndex = this.#at;
      PLAIN_CHARACTERS.test(this.#characters);
      this.#at = PLAIN_CHARACTERS.lastIndex;
      const character = this.#characters[this.#at];
      if (character === undefined) throw this.#createEndOfStringError();
      if (character !== '"' && character !== '\\') {
        throw this.#createError(messages.invalidInString);
      }
      this.#at++;
      if (character === '"') return;
      this.#hasEscapes = true;
      this.#readEscape();
    }
  }

  #readEscape(): void {
    const character = this.#characters[this.#at];
    if (character === undefined) throw this.#createEndOfStringError();
    if (!ESCAPABLE.includes(character)) throw this.#createError(messages.invalidEscape);
    this.#at++;
    if (character !== 'u') return;
    for (let i = 0; i < 4; i++) {
      const digit = this.#characters[this.#at];
      if (digit === undefined) throw this.#createEndOfStringError();
      if (!HEX_DIGIT.test(digit)) throw this.#createError(messages.invalidHexDigit);
      this.#at++;
    }
  }

  #readLiteral(firstCharacter: 't' | 'f' | 'n'): void {
    const literal = LITERALS[firstCharacter];
    for (let i = 0; i < literal.length; i++) {
      if (this.#characters[this.#at + i] === literal[i]) continue;
      const found = this.#characters.slice(this.#at);
      throw this.#text.createError(messages.invalidLiteral(found, literal), this.#at + i);
    }
    this.#at += literal.length;
    this.#type = LITERAL_TYPES[firstCharacter];
  }

  #skipWhiteSpace(): void {
    WHITE_SPACE.lastIndex = this.#at;
    WHITE_SPACE.test(this.#characters);
    this.#at = WHITE_SPACE.lastIndex;
  }

  /** Throws if the text must not end here. */
  #checkEnd(): void {
    if (this.#type === 'None') throw this.#text.createError(messages.noTokens, this.#at);
    if (this.#isObject.length > 0) throw this.#text.createError(messages.notClosed, this.#at);
  }

  #createError(message: (character: string) => string): Error {
    return this.#text.createError(message(this.#text.describe(this.#at)), this.#at);
  }

  #createEndOfStringError(): Error {
    return this.#text.createError(messages.endOfStringMissing, this.#characters.length);
  }
}
