import { errors } from '../errors.ts';

/** An escaped code unit, or a simple escape. A backslash that is escaped begins no other escape. */
const ESCAPES = /\\(?:u([0-9a-fA-F]{4})|[^u])/g;
const MAYBE_SURROGATE = /\\u[dD][89a-fA-F]/;

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

/**
 * Returns the value of a JSON string with escapes. `raw` is valid and has no quotes around it.
 * @throws {ProtocolError} if the escapes are not valid UTF-16.
 */
export function unescapeString(raw: string): string {
  checkSurrogates(raw);
  return JSON.parse(`"${raw}"`) as string;
}

/**
 * Checks that the escapes of all strings in valid JSON text are valid UTF-16, as .NET does.
 * @throws {ProtocolError} if one is not.
 */
export function checkSurrogates(json: string): void {
  if (!MAYBE_SURROGATE.test(json)) return;
  let highEnd: number | undefined;
  for (const match of json.matchAll(ESCAPES)) {
    const unit = match[1] === undefined ? -1 : Number.parseInt(match[1], 16);
    const isAfterHigh = highEnd === match.index && unit >= 0;
    if (highEnd !== undefined && !isAfterHigh) throw errors.incompleteSurrogatePair();
    if (isAfterHigh !== isLowSurrogate(unit)) throw errors.invalidSurrogate(unit);
    highEnd = isHighSurrogate(unit) ? match.index + match[0].length : undefined;
  }
  if (highEnd !== undefined) throw errors.incompleteSurrogatePair();
}
