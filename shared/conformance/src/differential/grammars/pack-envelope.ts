import type { Grammar } from '../case.ts';
import { packInteger } from '../messages/neutral-message.ts';
import type { MessageRecord, PackTree } from '../messages/trees.ts';
import type { Random } from '../random.ts';
import { anyPack, anyWidth, wrongPack } from '../values/pack-values.ts';

const text = (value: string): PackTree => ({ text: value });
const TARGETS = [
  'Void',
  'Add',
  'EchoString',
  'Counter',
  'UploadSum',
  'Nope',
  '',
  'Words',
  'EchoObject',
];
const IDS: readonly PackTree[] = [
  text('1'),
  text('1'),
  text('1'),
  text('2'),
  text(''),
  'c0',
  { text: '1', head: '8' } as const,
  { text: '1', head: 'bin8' } as const,
];
const HEADERS: readonly PackTree[] = [
  { map: [] },
  { map: [] },
  { map: [] },
  { map: [], head: '16' } as const,
  { map: [[text('a'), text('b')]] } as const,
  { map: [[text('a'), '01']] } as const,

  { map: [[text('a'), 'c0']] } as const,
  { map: [['01', text('b')]] } as const,
  'c0',
  { array: [] },
];
const RESULTS: readonly (readonly PackTree[])[] = [
  ['01', text('e')],
  ['02'],
  ['04'],
  ['00'],
  ['02', 'c0'],
  ['03'],
];
const WRONG_TYPES = [
  '00',
  '0a',
  'ff',
  packInteger(1, 'u64'),
  packInteger(1, 'i8'),
  'cb3ff0000000000000',
  'c0',
  'c3',
  '7f',
];
const PREFIXES = ['00', '8000', '808000', 'ffffffff0f', 'ffffffff07', '80', '03'];

function createMembers(random: Random): PackTree[] {
  const start = [random.pick(HEADERS), random.pick(IDS)];
  const type = random.pick([1, 1, 1, 2, 3, 4, 4, 5, 6, 7, 8, 9]);
  const first = packInteger(type);
  switch (type) {
    case 1:
    case 4: {
      const values = random.times(0, 2, () =>
        random.chance(0.7) ? random.pick(['01', '02', text('a'), 'c0']) : anyPack(random, 2),
      );
      const streams = random.times(0, 1, () => random.pick([text('s'), '01', 'c0']));
      return [first, ...start, text(random.pick(TARGETS)), { array: values }, { array: streams }];
    }
    case 2:
      return [first, ...start, anyPack(random, 2)];
    case 3:
      return [first, ...start, ...random.pick([...RESULTS, ['03', anyPack(random, 2)]])];
    case 5:
      return [first, ...start];
    case 6:
      return [first];
    case 7:
      return [first, random.pick(['c0', text('e'), '01']), random.pick(['c2', 'c3', 'c0', '01'])];
    default:
      return [first, anyWidth(random, random.pick([0, 1, 5, -1]))];
  }
}

function twist(random: Random, members: readonly PackTree[]): PackTree[] {
  const at = random.int(members.length);
  switch (random.int(6)) {
    case 0:
      return members.toSpliced(at, 1);
    case 1:
      return members.toSpliced(at, 0, anyPack(random, 2));
    case 2:
      return [...members, anyPack(random, 2)];
    case 3:
      return members.with(at, wrongPack(random));
    case 4:
      return members.with(0, random.pick(WRONG_TYPES));
    default:
      return members.slice(0, -1);
  }
}

function createMessage(random: Random, calls: Record<string, string>): MessageRecord {
  let members = createMembers(random);
  const twists = random.weighted([
    [2, 0],
    [5, 1],
    [2, 2],
  ]);
  for (let i = 0; i < twists && members.length > 0; i++) members = twist(random, members);
  const target = members[3];
  if (typeof target === 'object' && 'text' in target) calls['1'] ??= target.text;
  const pack = random.weighted<PackTree>([
    [90, { array: members }],
    [3, { array: members, count: random.pick([0, 1, members.length + 1, 15]) }],
    [4, { array: members, head: random.pick(['16', '32'] as const) }],
    [3, random.pick<PackTree>(['c0', '01', text('x'), { map: [['01', '01']] }, ''])],
  ]);
  return random.chance(0.03) ? { pack, prefix: random.pick(PREFIXES) } : { pack };
}

/** MessagePack messages of every type with members of other types, extra ones and missing ones. */
export const packEnvelopeGrammar: Grammar = {
  name: 'messagepack-envelope',
  weight: 7,
  generate(random) {
    const calls: Record<string, string> = {};
    const records = random.times(1, random.pick([1, 1, 2]), () => createMessage(random, calls));
    const hub = random.pick(['/conformance', '/conformance-detailed', '/conformance-detailed']);
    return { protocol: 'messagepack', hub, concurrent: true, calls, steps: [{ records }] };
  },
};
