import { fits, INTEGER_FORMS, packDouble, packInteger } from '../messages/neutral-message.ts';
import type { PackMember, PackTree } from '../messages/trees.ts';
import type { Random } from '../random.ts';
import type { ValueType } from './methods.ts';
import { createText } from './text.ts';

function packFloat(value: number): string {
  const bytes = Buffer.alloc(5, 0xca);
  bytes.writeFloatBE(value, 1);
  return bytes.toString('hex');
}
const hex = (value: number | bigint, bytes: number): string =>
  BigInt.asUintN(8 * bytes, BigInt(value))
    .toString(16)
    .padStart(2 * bytes, '0');

/** Writes an integer in any width that holds it. */
export function anyWidth(random: Random, value: number | bigint): string {
  const forms = INTEGER_FORMS.filter((form) => fits(BigInt(value), form));
  return packInteger(value, random.chance(0.5) ? undefined : random.pick(forms));
}

const INTEGERS = [
  0,
  1,
  -1,
  127,
  128,
  -32,
  -33,
  255,
  256,
  32768,
  65535,
  65536,
  -129,
  2147483647,
  2147483648,
  -2147483648,
  -2147483649,
  4294967296,
  9007199254740993n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 63n,
  2n ** 64n - 1n,
];
const REALS = [
  0,
  -0,
  1,
  -1,
  0.5,
  0.1,
  1.5,
  1e15,
  1e300,
  5e-324,
  Number.POSITIVE_INFINITY,
  16777217,
];

type Create = (random: Random, depth: number) => PackTree;

const integer: Create = (random) => anyWidth(random, random.pick(INTEGERS));
const float: Create = (random) => random.pick([packFloat, packDouble])(random.pick(REALS));
const string: Create = (random) => {
  const text = createText(random, random.chance(0.1) ? 40 : 5);
  if (random.chance(0.75)) return { text };
  return { text, head: random.pick(['8', '16', '32', 'bin8', 'bin16'] as const) };
};
const randomBytes = (random: Random, count: number): string =>
  Array.from({ length: count }, () => hex(random.int(256), 1)).join('');
const binary: Create = (random) => {
  const count = random.pick([0, 1, 2, 3, 16, 40]);
  const head = random.pick([`c4${hex(count, 1)}`, `c5${hex(count, 2)}`, `c6${hex(count, 4)}`]);
  return head + randomBytes(random, count);
};
function extension(random: Random, type = random.pick([-1, 0, 1, 5, 127, -128, 99, 100])): string {
  const count = random.pick([1, 2, 4, 8, 16, 3, 0, 12]);
  const power = Math.log2(count);
  const isFixed = Number.isInteger(power) && power >= 0;
  const head = isFixed ? hex(0xd4 + power, 1) : `c7${hex(count, 1)}`;
  return head + hex(type, 1) + randomBytes(random, count);
}

/** A timestamp in its three sizes, with the limits of .NET. */
const timestamp: Create = (random) => {
  const nanoseconds = BigInt(random.pick([0, 1, 100, 123456700, 999999900, 999999999, 1000000000]));
  const seconds = random.pick([0, 1577934245, 17179869183, random.int(2 ** 31)]);
  const long = random.pick([0, -1, -62135596800, -62135596801, 253402300799, 253402300800]);
  return random.weighted<PackTree>([
    [3, `d6ff${hex(seconds, 4)}`],
    [3, `d7ff${hex((nanoseconds << 34n) | BigInt(seconds), 8)}`],
    [3, `c70cff${hex(nanoseconds, 4)}${hex(long, 8)}`],
    [1, extension(random, -1)],
    [1, { text: '2020-01-02T03:04:05Z' }],
  ]);
};

/** Values that are of no type, or that are not MessagePack. */
export const wrongPack = (random: Random): PackTree =>
  random.pick<PackTree>([
    'c0',
    'c1',
    'c2',
    'c3',
    '00',
    'ff',
    packDouble(1.5),
    packFloat(1.5),
    'c400',
    'c40101',
    'd9',
    'dc0001',
    'a3ff',
    'a1ff',
    'a2c328',
    packInteger(5, 'u64'),
    extension(random),
    { text: '' },
    { text: 'x' },
    { text: '5' },
    { array: [] },
    { map: [] },
    { array: ['01'] },
  ]);

const listOf =
  (create: Create, maximum = 4): Create =>
  (random, depth) => {
    const array = random.times(0, maximum, () => create(random, depth + 1));
    return random.chance(0.8)
      ? { array }
      : { array, head: random.pick(['fix', '16', '32'] as const) };
  };
const key = (random: Random): PackTree =>
  random.chance(0.9)
    ? { text: random.pick(['a', 'A', 'b', '', '1', '10', '__proto__', 'constructor', 'ä']) }
    : random.pick<PackTree>(['01', 'c0', 'c3', packDouble(1.5), { text: 'a', head: 'bin8' }]);
const mapOf =
  (create: Create): Create =>
  (random, depth) => ({
    map: random.times(0, 4, (): PackMember => [key(random), create(random, depth + 1)]),
  });
const orNil =
  (create: Create, share = 0.1): Create =>
  (random, depth) =>
    random.chance(share) ? 'c0' : create(random, depth);

/** Creates any value, with any nesting. */
export const anyPack: Create = (random, depth) => {
  const nested = depth < 3 ? 2 : 0;
  const create = random.weighted<Create>([
    [3, string],
    [3, integer],
    [2, float],
    [2, wrongPack],
    [1, binary],
    [1, timestamp],
    [nested, listOf(anyPack)],
    [nested, mapOf(anyPack)],
    [0.2, (one) => `${'91'.repeat(one.pick([20, 60, 64, 70]))}c0`],
  ]);
  return create(random, depth);
};

/**
 * Creates an object of a class: some members, in any order, sometimes twice, unknown or of a wrong
 * type.
 */
const recordOf =
  (types: Readonly<Record<string, ValueType>>): Create =>
  (random, depth) => {
    const map: PackMember[] = [];
    for (const [name, type] of random.shuffle(Object.entries(types))) {
      const count = random.weighted([
        [30, 0],
        [65, 1],
        [5, 2],
      ]);
      const spelled = random.chance(0.9) ? name : name.toLowerCase();
      for (let i = 0; i < count; i++)
        map.push([{ text: spelled }, packValue(random, type, depth + 1)]);
    }
    if (random.chance(0.15)) map.push([key(random), anyPack(random, 2)]);
    return { map };
  };

const GUIDS = ['6f9619ff-8b86-d011-b42d-00c04fc964ff', '6F9619FF8B86D011B42D00C04FC964FF', ''];
const DECIMALS = ['0', '1.50', '-1.5', '79228162514264337593543950336', '1e5', ' 1', '', 'x'];
const COLORS = ['Red', 'Blue', 'red', '1', '7', 'Red, Blue', ''];
const SPANS = [0, 1, 10000000, -1, 2n ** 63n - 1n];
const integerOrFloat: Create = (random, depth) =>
  random.chance(0.8) ? integer(random, depth) : float(random, depth);
const floatOrInteger: Create = (random, depth) =>
  random.chance(0.7) ? float(random, depth) : integer(random, depth);
const smallInteger: Create = (random, depth) =>
  random.chance(0.8) ? packInteger(random.between(-9, 300)) : integer(random, depth);
const person = recordOf({
  Name: 'string',
  Age: 'int',
  Active: 'bool',
  Tags: 'strings',
  Child: 'person',
});

const CREATORS: Readonly<Record<ValueType, Create>> = {
  any: anyPack,
  base64: (random, depth) =>
    random.pick<PackTree>([
      'c0',
      binary(random, depth),
      binary(random, depth),
      { text: 'AQI=' },
      { array: ['01', '02'] },
    ]),
  bool: (random) => random.pick<PackTree>(['c2', 'c3', 'c3', '01', { text: 'true' }]),
  color: (random) =>
    random.pick<PackTree>([
      { text: random.pick(COLORS) },
      { text: random.pick(COLORS) },
      '00',
      '05',
      'c0',
    ]),
  count: (random) => packInteger(random.int(6), random.pick([undefined, 'u8', 'i64'])),
  dateTime: timestamp,
  dateTimeOffset: (random, depth) => {
    const time = timestamp(random, depth);
    const minutes = packInteger(random.pick([0, 60, -90, 840, 841]));
    return random.pick<PackTree>([
      time,
      { array: [time, minutes] },
      { array: [time, '3c'] },
      { array: [time] },
    ]);
  },
  decimal: (random, depth) =>
    random.pick<PackTree>([
      { text: random.pick(DECIMALS) },
      { text: random.pick(DECIMALS) },
      integerOrFloat(random, depth),
    ]),
  double: floatOrInteger,
  float: floatOrInteger,
  guid: (random, depth) =>
    random.pick<PackTree>([
      { text: random.pick(GUIDS) },
      { text: random.pick(GUIDS) },
      binary(random, depth),
    ]),
  id: (random) =>
    random.pick<PackTree>([{ text: '«id»' }, { text: '«id»' }, { text: 'nobody' }, 'c0']),
  ids: (random) => random.pick<PackTree>([{ array: [{ text: '«id»' }] }, { array: [] }, 'c0']),
  int: integerOrFloat,
  ints: orNil(listOf(smallInteger)),
  long: integerOrFloat,
  map: orNil(mapOf(smallInteger)),
  mixed: recordOf({
    Number: 'int',
    Real: 'double',
    Color: 'color',
    When: 'dateTime',
    Id: 'guid',
    Blob: 'base64',
    Counts: 'map',
  }),
  ms: (random) => packInteger(random.int(5)),
  name: (random) => ({
    text: random.pick(['a', 'A', 'b', '', 'user', 'x-test', '__proto__', 'host']),
  }),
  nullableInt: orNil(integerOrFloat, 0.2),
  people: orNil(listOf((random, depth) => packValue(random, 'person', depth), 2)),
  person: (random, depth) => (depth > 2 ? 'c0' : person(random, depth)),
  string: orNil(string),
  strings: orNil(listOf(string, 3)),
  timeSpan: (random) => anyWidth(random, random.pick(SPANS)),
  ulong: integerOrFloat,
};

/** Creates a value of a type. One in twelve is of another type. */
export function packValue(random: Random, type: ValueType, depth = 0): PackTree {
  return random.chance(0.08) ? wrongPack(random) : CREATORS[type](random, depth);
}
