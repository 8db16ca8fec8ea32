import { errors } from '../errors.ts';
import { objectLength, rawNumber } from './raw-members.ts';
import { makeHarmless } from './safe-json.ts';

/** The members of a JSON object. */
export type Members = Record<string, unknown>;

/** Returns a member that is a string, or undefined if it is missing. */
export function readText(members: Members, name: string): string | undefined {
  const value = members[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw errors.wrongPropertyType(name, 'String');
  if (LONE_SURROGATE.test(value)) throw errors.loneSurrogate();
  return value;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** The text after the object is ignored, as in ASP.NET Core. */
export function readMembers(text: string): { members: Members; record: string } {
  let record = text;
  let value: unknown;
  try {
    value = JSON.parse(record);
  } catch {
    record = text.slice(0, Math.max(0, objectLength(text)));
    value = parse(record);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw errors.unexpectedJsonToken(tokenType(value));
  }
  makeHarmless(value);
  return { members: value as Members, record };
}

function parse(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch {
    throw errors.invalidJson();
  }
}

/** Returns the name that .NET has for the type of a JSON token. */
export function tokenType(value: unknown): string {
  if (value === null) return 'Null';
  if (Array.isArray(value)) return 'Array';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'object') return 'StartObject';
  return typeof value === 'string' ? 'String' : 'Number';
}

export const MAXIMUM_INT32 = 2 ** 31 - 1;
/** A member that may be a number that is not written as an integer. It may be nested. */
const UNUSUAL_NUMBER = /"(?:type|sequenceId|version)"\s*:\s*-?\d+[.eE]/;

/** Throws for numbers that .NET does not read as integers, such as 1.0. */
export function checkInteger(
  record: string,
  name: string,
  value: number,
  maximum: number,
  type: string,
): void {
  const isInRange = Number.isInteger(value) && value <= maximum && value >= -maximum - 1;
  const isWritten = !UNUSUAL_NUMBER.test(record) || !/[.eE]/.test(rawNumber(record, name) ?? '');
  if (!isInRange || !isWritten) throw errors.numberOutOfBounds(type);
}
