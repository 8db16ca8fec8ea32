import { errors } from '../errors.ts';
import { JsonTokenReader } from './json-token-reader.ts';
import type { PayloadSerializer } from './payload-serializer.ts';
import { makeHarmless } from './safe-json.ts';
import { checkSurrogates } from './unescape-string.ts';

/** The levels around the arguments, an item or a result: the object that is the message. */
const OUTER_DEPTH = 1;

/**
 * Returns the arguments of a call.
 * @throws {Error} if the text is invalid, nested too deeply, or contains invalid UTF-16.
 */
export function parseArguments(text: string, serializer: PayloadSerializer | undefined): unknown {
  checkSurrogates(text);
  return serializer === undefined ? parseHarmless(text) : parseElements(text, serializer);
}

/**
 * Returns an item or a result.
 * @throws {Error} if the text is invalid or nested too deeply.
 */
export function parseValue(text: string, serializer: PayloadSerializer | undefined): unknown {
  if (serializer === undefined) return parseHarmless(text);
  try {
    return serializer.parse(text);
  } catch (error) {
    throw errors.invalidJson(error);
  }
}

function parseElements(array: string, serializer: PayloadSerializer): unknown[] {
  const reader = new JsonTokenReader(array);
  const values: unknown[] = [];
  reader.read();
  while (reader.read() !== 'EndArray') values.push(serializer.parse(reader.readText()));
  return values;
}

function parseHarmless(text: string): unknown {
  const value: unknown = JSON.parse(text);
  makeHarmless(value, OUTER_DEPTH);
  return value;
}
