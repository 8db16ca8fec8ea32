import type { Grammar, Step } from '../case.ts';
import { createRecord } from '../messages/neutral-message.ts';
import type { JsonMember, JsonTree, MessageRecord } from '../messages/trees.ts';
import type { Random } from '../random.ts';
import { anyJson, WRONG_JSON } from '../values/json-values.ts';

const VERSIONS = [
  '1',
  '1',
  '1',
  '0',
  '2',
  '3',
  '-1',
  '1.0',
  '1e0',
  '99',
  '"1"',
  'null',
  'true',
  '2147483648',
  '01',
  '[]',
  '-0',
];
const PROTOCOLS = [
  '"json"',
  '"json"',
  '"json"',
  '"JSON"',
  '"messagepack"',
  '"messagepack"',
  '"MessagePack"',

  '"xml"',
  '""',
  '" json"',
  '"js\\u006fn"',
  'null',
  '1',
  '{}',
  '"jſon"',
  '"\\ud800"',
  '"ä\u2028<>\'"',
];
const UNKNOWN = ['"unknown"', '"Protocol"', '"VERSION"', '"__proto__"', '""', '"type"', '"error"'];
const PATHS = [
  '/conformance',
  '/conformance',
  '/conformance-detailed',
  '/json-only',
  '/small',
  '/stateful',
  '/ws-only',
  '/conformance?failConnect=1',
  '/conformance-detailed?failConnectHub=1',
  '/conformance?abortConnect=1',
  '/conformance?greet=hi&user=u%20v',
];

function twist(random: Random, members: readonly JsonMember[]): JsonMember[] {
  const at = random.int(members.length);
  const [name, value] = members[at] as JsonMember;
  switch (random.int(6)) {
    case 0:
      return members.toSpliced(at, 1);
    case 1:
      return [...members, [name, random.pick([...VERSIONS, ...PROTOCOLS])]];
    case 2:
      return members.toSpliced(at, 0, [random.pick(UNKNOWN), anyJson(random, 2)]);
    case 3:
      return random.shuffle(members);
    case 4:
      return members.with(at, [random.pick([' ', '\n', '\u00a0', '/**/']) + name, value]);
    default:
      return members.with(at, [name, random.pick(WRONG_JSON)]);
  }
}

function createRequest(random: Random): JsonTree {
  if (random.chance(0.05)) return random.pick(['', ' ', '[]', 'null', '1', '"a"', '{', '{}', 'x']);
  let members: JsonMember[] = [
    ['"protocol"', random.pick(PROTOCOLS)],
    ['"version"', random.pick(VERSIONS)],
  ];
  const twists = random.pick([0, 0, 1, 1, 2]);
  for (let i = 0; i < twists && members.length > 0; i++) members = twist(random, members);
  const object = { object: members };
  if (random.chance(0.85)) return object;
  const start = random.pick(['', ' ', '\ufeff', '\n', '[']);
  return { parts: [start, object, random.pick(['', ' ', 'x', '{}', ',', ']', '\n'])] };
}

/** The first record of a connection, and what follows it at once. */
export const handshakeGrammar: Grammar = {
  name: 'handshake',
  weight: 5,
  generate(random) {
    const json = createRequest(random);
    const isPack = /messagepack/i.test(JSON.stringify(json)) && random.chance(0.9);
    const protocol = isPack ? 'messagepack' : 'json';
    const records: MessageRecord[] = [{ json }];
    const calls: Record<string, string> = {};
    if (random.chance(0.3)) {
      records.push(createRecord(protocol, { type: 1, id: '1', target: 'EchoString', args: ['a'] }));
      calls['1'] = 'EchoString';
    }
    const cuts = random.chance(0.3) ? random.times(1, 3, () => random.int(80)) : [];
    const steps: Step[] = [
      { ws: 'a', path: random.pick(PATHS), protocol },
      { records, cuts, binary: random.chance(0.5) },
    ];
    return { protocol, calls, steps };
  },
};
