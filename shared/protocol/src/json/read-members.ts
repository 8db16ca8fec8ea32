import { errors } from '../errors.ts';
import type { JsonTokenReader, JsonTokenType } from './json-token-reader.ts';

/** The names that ASP.NET Core has for some tokens in error messages. */
const TOKEN_NAMES: Partial<Record<JsonTokenType, string>> = {
  StartObject: 'Object',
  StartArray: 'Array',
};

/** Moves to the start of the object that is the whole text. */
export function startObject(reader: JsonTokenReader): void {
  const tokenType = reader.read();
  if (tokenType === 'StartObject') return;
  throw errors.unexpectedJsonToken(TOKEN_NAMES[tokenType] ?? tokenType);
}

/** Moves to the next name of an object. Returns false at the end of the object. */
export function readName(reader: JsonTokenReader): boolean {
  return reader.read() === 'PropertyName';
}

/** Reads the value of the current name as a string. */
export function readString(reader: JsonTokenReader, name: string): string {
  if (reader.read() !== 'String') throw errors.wrongPropertyType(name, 'String');
  return reader.getString();
}

/** Reads the value of the current name as a boolean. */
export function readBoolean(reader: JsonTokenReader, name: string): boolean {
  const tokenType = reader.read();
  if (tokenType !== 'True' && tokenType !== 'False') throw errors.expectedBoolean(name);
  return tokenType === 'True';
}

/**
 * Reads the value of the current name as an integer, or as undefined if it is null. Numbers that
 * are written with a point or an exponent are refused, also 1.0.
 */
export function readInteger(
  reader: JsonTokenReader,
  name: string,
  type: 'Int32' | 'Int64',
): number | undefined {
  const tokenType = reader.read();
  if (tokenType === 'Null') return undefined;
  if (tokenType !== 'Number') throw errors.wrongPropertyType(name, 'Number');
  const digits = reader.getDigits();
  const limit = type === 'Int32' ? 2n ** 31n : 2n ** 63n;
  const value = /[.eE]/.test(digits) ? limit : BigInt(digits);
  if (value >= limit || value < -limit) throw errors.numberOutOfBounds(type);
  return Number(value);
}

/** Reads the value of the current name as an array of strings. */
export function readStrings(reader: JsonTokenReader, name: string): readonly string[] {
  if (reader.read() !== 'StartArray') throw errors.wrongPropertyType(name, 'Array');
  const strings: string[] = [];
  for (let type = reader.read(); type !== 'EndArray'; type = reader.read()) {
    if (type === 'Null') throw errors.nullValue(name);
    strings.push(reader.getString());
  }
  return strings;
}
