import type { JsonMember, JsonTree } from '../messages/trees.ts';
import type { Random } from '../random.ts';
import type { ValueType } from './methods.ts';
import { createText, spellString } from './text.ts';

const words = (text: string): string[] => text.split(' ');

const INTS = words(
  '0 1 -1 7 -0 2147483647 -2147483648 2147483648 -2147483649 1.0 1e0 1E2 10e-1 0.5 "5" "-5" 01 +1 1. .5 0x10 00 - 1e 1e+2',
);
const LONGS = words(
  '9223372036854775807 -9223372036854775808 9223372036854775808 18446744073709551615 18446744073709551616 9007199254740993 1e18 12345678901234567890123 "9223372036854775807"',
);
const REALS = [
  ...words(
    '0.1 -0.0 -0 1e5 1E5 1e15 1e16 123456789012345680 1e-4 1e-5 0.0001 0.00012345 1e21 1e-7 5e-324',
  ),
  ...words(
    '1.7976931348623157e308 1e309 -1e400 3.4028235e38 3.5e38 1e39 1e-45 1e-46 16777217 1.10 0e5 1e0001',
  ),
  ...words(
    '79228162514264337593543950335 79228162514264337593543950336 1e28 1e29 1e-28 1.5e-28 1.2300 12300e-4',
  ),
  ...words(
    '0.12345678901234567890123456789 1.00000000000000000000000000000 NaN -Infinity "NaN" "1.5"',
  ),
];
const DATES = [
  ...words(
    '2020-01-02 2020-01-02T03:04 2020-01-02T03:04:05 2020-01-02T03:04:05Z 2020-01-02T03:04:05z 2020-01-02t03:04:05Z',
  ),
  ...words(
    '2020-01-02T03:04:05.1 2020-01-02T03:04:05.12345678 2020-01-02T03:04:05.1200000Z 2020-01-02T03:04:05.12345678901234567Z',
  ),
  ...words(
    '2020-01-02T03:04:05+01:00 2020-01-02T03:04:05-00:00 2020-01-02T03:04:05+14:01 2020-01-02T03:04:05+0100 2020-01-02T03:04:05+01',
  ),
  ...words(
    '2020-01-02Z 2020-01-02T 2020-01-02T03 2020-01 2020-1-2 2020-02-30 2020-02-29 2020-13-01 2020-01-02T24:00:00 2020-01-02T23:59:60',
  ),
  ...words(
    '0001-01-01T00:00:00+01:00 0000-01-01 9999-12-31T23:59:59.9999999-01:00 10000-01-01 2020-W01-1 2020-01-02T03:04:05. 1969-12-31T23:59:59.9999999Z',
  ),
  '2020-01-02 03:04:05',
  ' 2020-01-02',
  'Thu, 02 Jan 2020 03:04:05 GMT',
  '',
];
const SPANS = [
  ...words(
    '00:00:00 01:02:03 1:2:3 1.02:03:04 -1.02:03:04 24:00:00 23:59:60 23:60:00 00:00:00.1 00:00:00.1234567 00:00:00.12345678',
  ),
  ...words(
    '10675199.02:48:05.4775807 10675199.02:48:05.4775808 -10675199.02:48:05.4775808 1 1. 01:02 P1D +01:02:03 1.1:02:03 0.00:00:01',
  ),

  '00001.00:00:00',
  '99999999.00:00:00',
  '',
  '-00:00:00',
  '01:02:03.',
  '1:02:03:04',
  '001:02:03',
  ' 01:02:03',
  '-1',
];
const GUIDS = [
  '6f9619ff-8b86-d011-b42d-00c04fc964ff',
  '6F9619FF-8B86-D011-B42D-00C04FC964FF',
  '6f9619ff8b86d011b42d00c04fc964ff',
  '{6f9619ff-8b86-d011-b42d-00c04fc964ff}',
  '6f9619ff-8b86-d011-b42d-00c04fc964f',
  '6f9619fg-8b86-d011-b42d-00c04fc964ff',
  '',
];
const BASE64 = [
  '',
  'AQI=',
  'AQID',
  'AQ==',
  'AQI',
  'AQ=',
  'AQ IDBA==',
  '-_==',
  '+/8=',
  '====',
  'AR==',
  ' AQ==',
  'ÄQ==',
];
const ENUMS = words('0 1 2 3 -1 99 "Red" "red" "1" "Purple" "" 1.0 1e0 1.5 2147483647 2147483648');
const BOOLS = words('true false true false "true" "True" True TRUE 0 1 tru');

/** Values that are of no type, or that are not JSON. */
export const WRONG_JSON = [
  ...words('null true false 0 1.5 "" "x" [] {} [1] [null] {"a":1} -1 1e400 undefined NaN'),
  "'x'",
  '"\\ud800"',
];

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => random.int(10)).join('');

/** Creates a number with any digits, fraction and exponent. */
function createNumber(random: Random): string {
  const sign = random.chance(0.3) ? '-' : '';
  const length = random.int(random.pick([2, 6, 10, 20]));
  const whole = random.chance(0.3) ? '0' : `${random.between(1, 9)}${digits(random, length)}`;
  const places = random.between(1, random.pick([2, 7, 17, 30]));
  const fraction = random.chance(0.6) ? `.${digits(random, places)}` : '';
  const power = `${random.pick(['e', 'E'])}${random.pick(['', '+', '-'])}${digits(random, random.pick([1, 2, 3]))}`;
  return sign + whole + fraction + (random.chance(0.3) ? power : '');
}

function createString(random: Random): string {
  const kind = random.int(18);
  if (kind === 0) return '""';
  if (kind === 1) return 'null';
  if (kind === 2) return spellString(random, createText(random, 40), 0);
  return spellString(random, createText(random), kind === 3 ? 0.4 : undefined);
}

const KEYS = [
  ...words(
    '"a" "A" "b" "" "1" "10" "01" "-1" "__proto__" "constructor" "toString" "ä" "a.b" "length"',
  ),
  '"\\u0061"',
];

type Create = (random: Random, depth: number) => JsonTree;

const quoted =
  (list: readonly string[]): Create =>
  (random) =>
    spellString(random, random.pick(list), 0);
const listOf =
  (create: Create, maximum = 4): Create =>
  (random, depth) => ({ array: random.times(0, maximum, () => create(random, depth + 1)) });
const mapOf =
  (create: Create): Create =>
  (random, depth) => ({
    object: random.times(0, 4, (): JsonMember => {
      const key = random.chance(0.8)
        ? random.pick(KEYS)
        : spellString(random, createText(random, 3), 0);
      return [key, create(random, depth + 1)];
    }),
  });
const orNull =
  (share: number, create: Create): Create =>
  (random, depth) =>
    random.chance(share) ? 'null' : create(random, depth);

/** System.Text.Json refuses more than 64 levels. */
const nest: Create = (random) => {
  const count = random.pick([10, 58, 59, 60, 61, 62, 63, 64, 65, 70]);
  const [start, middle, end] = random.pick([['{"a":', '1', '}'] as const, ['[', '', ']'] as const]);
  return start.repeat(count) + middle + end.repeat(count);
};

/** Creates any value, with any nesting. */
export const anyJson: Create = (random, depth) => {
  if (depth > 3) return random.pick(WRONG_JSON.slice(0, 9));
  const create = random.weighted<Create>([
    [3, createString],
    [3, createNumber],
    [2, () => random.pick(WRONG_JSON)],
    [2, listOf(anyJson)],
    [2, mapOf(anyJson)],
    [0.3, nest],
  ]);
  return create(random, depth);
};

function spellMember(random: Random, name: string): string {
  return random.weighted([
    [6, `"${name}"`],
    [2, `"${name.charAt(0).toUpperCase()}${name.slice(1)}"`],
    [1, `"${name.toUpperCase()}"`],
    [0.3, spellString(random, name, 0)],
  ]);
}

/**
 * Creates an object of a class: some members, in any order, sometimes twice, unknown or of a wrong
 * type.
 */
const recordOf =
  (types: Readonly<Record<string, ValueType>>): Create =>
  (random, depth) => {
    const object: JsonMember[] = [];
    for (const [name, type] of random.shuffle(Object.entries(types))) {
      const count = random.weighted([
        [35, 0],
        [60, 1],
        [5, 2],
      ]);
      for (let i = 0; i < count; i++)
        object.push([spellMember(random, name), jsonValue(random, type, depth + 1)]);
    }
    if (random.chance(0.15)) object.push([random.pick(KEYS), anyJson(random, 2)]);
    return { object };
  };

const int: Create = (random) =>
  random.weighted([
    [4, random.pick(INTS)],
    [3, String(random.between(-2147483648, 2147483647))],
    [1, random.pick(LONGS)],
  ]);
const real: Create = (random) => (random.chance(0.5) ? createNumber(random) : random.pick(REALS));
const long: Create = (random) => random.pick([...LONGS, ...INTS, createNumber(random)]);
const smallInt: Create = (random, depth) =>
  random.chance(0.8) ? String(random.between(-9, 99)) : int(random, depth);
const person = recordOf({
  name: 'string',
  age: 'int',
  active: 'bool',
  tags: 'strings',
  child: 'person',
});

const CREATORS: Readonly<Record<ValueType, Create>> = {
  any: anyJson,
  base64: orNull(0.08, quoted(BASE64)),
  bool: (random) => random.pick(BOOLS),
  color: (random) => random.pick(ENUMS),
  count: (random) => random.pick(words('0 1 2 3 5 1.0 "2" null -0')),
  dateTime: quoted(DATES),
  dateTimeOffset: quoted(DATES),
  decimal: real,
  double: real,
  float: real,
  guid: quoted(GUIDS),
  id: (random) => random.pick(['"«id»"', '"«id»"', '"nobody"', 'null']),
  ids: (random) => random.pick([{ array: ['"«id»"'] }, { array: ['"nobody"', '"«id»"'] }, 'null']),
  int,
  ints: orNull(0.1, listOf(smallInt)),
  long,
  map: orNull(0.08, mapOf(smallInt)),
  mixed: recordOf({
    number: 'int',
    real: 'double',
    color: 'color',
    when: 'dateTime',
    id: 'guid',
    blob: 'base64',
    counts: 'map',
  }),
  ms: (random) => random.pick(words('0 1 2 5 -0 "1" null 1.0')),
  name: (random) =>
    random.pick(words('"a" "A" "b" "" "user" "host" "x-test" "__proto__" "id" null')),
  nullableInt: orNull(0.2, int),
  people: listOf((random, depth) => jsonValue(random, 'person', depth), 2),
  person: (random, depth) => (depth > 2 ? 'null' : person(random, depth)),
  string: createString,
  strings: orNull(0.1, listOf(createString, 3)),
  timeSpan: quoted(SPANS),
  ulong: long,
};

/** Creates a value of a type. One in twelve is of another type. */
export function jsonValue(random: Random, type: ValueType, depth = 0): JsonTree {
  return random.chance(0.08) ? random.pick(WRONG_JSON) : CREATORS[type](random, depth);
}
