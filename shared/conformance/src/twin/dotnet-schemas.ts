import { isLosslessNumber } from 'lossless-json';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { readDateTime, readDateTimeOffset, readTimeSpan } from './dotnet-times.ts';
import { Color, DotnetObject, Double, Float } from './dotnet-values.ts';

/** A schema for the values of a C# type. */
export type Schema = StandardSchemaV1<unknown, unknown> & {
  /** The name of the C# type. */
  readonly type?: string;
};

const refused = Symbol('refused');

/** Creates a schema from a function that converts a value or returns `refused`. */
function schema(convert: (value: unknown) => unknown): Schema {
  return {
    '~standard': {
      version: 1,
      vendor: 'practical-signalr-twin',
      validate(value) {
        const converted = convert(value);
        return converted === refused
          ? { issues: [{ message: 'wrong type' }] }
          : { value: converted };
      },
    },
  };
}

const convert = (type: Schema, value: unknown): unknown => {
  const result = type['~standard'].validate(value) as StandardSchemaV1.Result<unknown>;
  return result.issues === undefined ? result.value : refused;
};

/** Returns the digits of a number from JSON, or of a number or bigint from MessagePack. */
const digitsOf = (value: unknown): string | undefined => {
  if (isLosslessNumber(value)) return value.value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
};

const whole = (value: unknown, low: bigint, high: bigint): bigint | undefined => {
  const digits = digitsOf(value);
  if (digits === undefined || !/^-?\d+$/.test(digits)) return undefined;
  const number = BigInt(digits);
  return number >= low && number <= high ? number : undefined;
};

/** Returns whether a value is a plain object: not an array, a date, bytes or a number. */
const isMembers = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

export const int = schema((value) => {
  const number = whole(value, -(2n ** 31n), 2n ** 31n - 1n);
  return number === undefined ? refused : Number(number);
});
export const long = schema((value) => whole(value, -(2n ** 63n), 2n ** 63n - 1n) ?? refused);
export const ulong = schema((value) => whole(value, 0n, 2n ** 64n - 1n) ?? refused);
export const double = schema((value) => {
  const digits = digitsOf(value);
  return digits === undefined ? refused : new Double(Number(digits));
});
export const float = schema((value) => {
  const digits = digitsOf(value);
  return digits === undefined ? refused : new Float(Number(digits));
});
/** A C# decimal. It keeps its digits, including trailing zeros. */
export const decimal = schema((value) => (isLosslessNumber(value) ? value : refused));
export const bool = schema((value) => (typeof value === 'boolean' ? value : refused));
export const text = schema((value) =>
  typeof value === 'string' || value === null ? value : refused,
);
export const anything = schema((value) => value);

const matching = (pattern: RegExp, change = (value: string): string => value): Schema =>
  schema((value) => (typeof value === 'string' && pattern.test(value) ? change(value) : refused));

export const guid = matching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, (value) =>
  value.toLowerCase(),
);
const readText = (read: (text: string) => string | undefined): Schema =>
  schema((value) => (typeof value === 'string' ? (read(value) ?? refused) : refused));
/** A string in JSON, a timestamp in MessagePack. */
const stringOrTimestamp = (read: (text: string) => string | undefined): Schema =>
  schema((value) => (value instanceof Date ? value : convert(readText(read), value)));
export const dateTime = stringOrTimestamp(readDateTime);
export const dateTimeOffset = stringOrTimestamp(readDateTimeOffset);
const isNumber = (value: unknown): boolean =>
  typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
/** A string in JSON. In MessagePack, the number of units of 100 ns. */
export const timeSpan = schema((value) =>
  isNumber(value) ? value : convert(readText(readTimeSpan), value),
);
const base64 = matching(/^([\w+/]{4})*([\w+/]{2}==|[\w+/]{3}=)?$/);
/** Base64 in JSON, binary in MessagePack. */
export const bytes = nullable(
  schema((value) => {
    if (value instanceof Uint8Array) return value;
    const text = convert(base64, value);
    return text === refused ? refused : Buffer.from(text as string, 'base64');
  }),
);
/** A number in JSON. In MessagePack, a name or a number. */
export const color = schema((value) => {
  if (typeof value === 'number' || typeof value === 'bigint') return refused;
  const named = typeof value === 'string' ? Color.names.indexOf(value) : convert(int, value);
  return named === refused || named === -1 ? refused : new Color(named as number);
});

export function nullable(type: Schema): Schema {
  return schema((value) => (value === null ? null : convert(type, value)));
}

export function list(type: Schema): Schema {
  return schema((value) => {
    if (value === null) return null;
    if (!Array.isArray(value)) return refused;
    const items = value.map((item) => convert(type, item));
    return items.includes(refused) ? refused : items;
  });
}

export function map(type: Schema): Schema {
  return schema((value) => {
    if (value === null) return null;
    if (!isMembers(value)) return refused;
    const members = Object.entries(value).map(
      ([name, member]) => [name, convert(type, member)] as const,
    );
    return members.some(([, member]) => member === refused) ? refused : Object.fromEntries(members);
  });
}

/** A class. Members are matched case-insensitively and keep the order of the class. Missing ones get their defaults, unknown ones are ignored. */
function record(members: () => Readonly<Record<string, readonly [Schema, unknown]>>): Schema {
  return schema((value) => {
    if (value === null) return null;
    if (!isMembers(value)) return refused;
    const valuesByName = new Map(
      Object.entries(value).map(([name, member]) => [name.toLowerCase(), member as unknown]),
    );
    const result: Record<string, unknown> = new DotnetObject() as Record<string, unknown>;
    for (const [name, [type, missing]] of Object.entries(members())) {
      const key = name.toLowerCase();
      result[name] = valuesByName.has(key) ? convert(type, valuesByName.get(key)) : missing;
    }
    return Object.values(result).includes(refused) ? refused : result;
  });
}

export const person: Schema = record(() => ({
  name: [text, null],
  age: [int, 0],
  active: [bool, false],
  tags: [list(text), null],
  child: [person, null],
}));

export const mixed: Schema = record(() => ({
  number: [int, 0],
  real: [double, new Double(0)],
  color: [color, new Color(0)],
  when: [dateTime, '0001-01-01T00:00:00'],
  id: [guid, '00000000-0000-0000-0000-000000000000'],
  blob: [bytes, null],
  counts: [map(int), null],
}));
