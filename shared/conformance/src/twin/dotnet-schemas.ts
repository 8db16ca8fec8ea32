import { isLosslessNumber } from 'lossless-json';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/** A type of C#, as far as a client sees it. */
export type Schema = StandardSchemaV1<unknown, unknown>;

const refused = Symbol('refused');

/** A schema from a function that converts a value or returns `refused`. */
function schema(convert: (value: unknown) => unknown): Schema {
  return {
    '~standard': {
      version: 1,
      vendor: 'practical-signalr-twin',
      validate(value) {
        const converted = convert(value);
        return converted === refused ? { issues: [{ message: 'wrong type' }] } : { value: converted };
      },
    },
  };
}

const convert = (type: Schema, value: unknown): unknown => {
  const result = type['~standard'].validate(value) as StandardSchemaV1.Result<unknown>;
  return result.issues === undefined ? result.value : refused;
};

const whole = (value: unknown, low: bigint, high: bigint): bigint | undefined => {
  if (!isLosslessNumber(value) || !/^-?\d+$/.test(value.value)) return undefined;
  const number = BigInt(value.value);
  return number >= low && number <= high ? number : undefined;
};

export const int = schema((value) => {
  const number = whole(value, -(2n ** 31n), 2n ** 31n - 1n);
  return number === undefined ? refused : Number(number);
});
export const long = schema((value) => whole(value, -(2n ** 63n), 2n ** 63n - 1n) ?? refused);
export const ulong = schema((value) => whole(value, 0n, 2n ** 64n - 1n) ?? refused);
export const double = schema((value) => (isLosslessNumber(value) ? Number(value.value) : refused));
export const float = schema((value) =>
  isLosslessNumber(value) ? Number(Number(Math.fround(Number(value.value))).toPrecision(7)) : refused,
);
/** Keeps its digits, trailing zeros too. */
export const decimal = schema((value) => (isLosslessNumber(value) ? value : refused));
export const bool = schema((value) => (typeof value === 'boolean' ? value : refused));
export const text = schema((value) => (typeof value === 'string' || value === null ? value : refused));
export const anything = schema((value) => value);

const matching = (pattern: RegExp, change = (value: string): string => value): Schema =>
  schema((value) => (typeof value === 'string' && pattern.test(value) ? change(value) : refused));

export const guid = matching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, (value) => value.toLowerCase());
const DATE = String.raw`\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?`;
export const dateTime = matching(new RegExp(`^${DATE}(Z|[+-]\\d\\d:\\d\\d)?)?$`));
export const dateTimeOffset = dateTime;
export const timeSpan = matching(/^-?(\d+\.)?\d\d:\d\d:\d\d(\.\d{1,7})?$/);
const base64 = matching(/^([\w+/]{4})*([\w+/]{2}==|[\w+/]{3}=)?$/);
export const bytes = nullable(base64);
/** An enum is its number in JSON. */
export const color = int;

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
    if (typeof value !== 'object' || Array.isArray(value) || isLosslessNumber(value)) return refused;
    const members = Object.entries(value).map(([name, member]) => [name, convert(type, member)] as const);
    return members.some(([, member]) => member === refused) ? refused : Object.fromEntries(members);
  });
}

/** A class: members in its order, found without regard to case, missing ones with their defaults, unknown ones passed over. */
function record(members: () => Readonly<Record<string, readonly [Schema, unknown]>>): Schema {
  return schema((value) => {
    if (value === null) return null;
    if (typeof value !== 'object' || Array.isArray(value) || isLosslessNumber(value)) return refused;
    const given = new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member as unknown]));
    const result: Record<string, unknown> = {};
    for (const [name, [type, missing]] of Object.entries(members())) {
      const key = name.toLowerCase();
      result[name] = given.has(key) ? convert(type, given.get(key)) : missing;
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
  real: [double, 0],
  color: [color, 0],
  when: [dateTime, '0001-01-01T00:00:00'],
  id: [guid, '00000000-0000-0000-0000-000000000000'],
  blob: [bytes, null],
  counts: [map(int), null],
}));
