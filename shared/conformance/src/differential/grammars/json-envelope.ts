import type { Grammar } from '../case.ts';
import type { JsonMember, JsonTree, MessageRecord } from '../messages/trees.ts';
import type { Random } from '../random.ts';
import { anyJson } from '../values/json-values.ts';
import { createText, spellString } from '../values/text.ts';

const SPACES = [' ', '\t', '\n', '\r\n', '\u00a0', '\ufeff', '\u000b', '/* c */', ',', '\u0000'];
const TYPES = ['1', '1', '1', '1', '2', '3', '3', '4', '4', '5', '6', '7', '8', '9'] as const;
type MessageType = (typeof TYPES)[number];
const ODD_TYPES = [
  '0',
  '10',
  '-1',
  '1.0',
  '1.5',
  '1e0',
  '"1"',
  'null',
  'true',
  '99999999999',
  '257',
  '[]',
  '{}',
  '-0',
  '01',
  '""',
];
const IDS = [
  '"1"',
  '"1"',
  '"1"',
  '"2"',
  '""',
  '" "',
  '"\\u0031"',
  '"ä\\ud83d\\ude00"',
  '"\\ud800"',
];
const TARGETS = [
  '"Void"',
  '"Add"',
  '"EchoString"',
  '"void"',
  '"Counter"',
  '"UploadSum"',
  '"Nope"',
  '""',
  '"EchoObject"',
  '"Words"',
];
const SEQUENCE_IDS = [
  '0',
  '1',
  '2',
  '100',
  '9223372036854775807',
  '9223372036854775808',
  '-1',
  '1.0',
  '1e2',
  '2147483648',
];
const WRONG = [
  'null',
  '1',
  '-1',
  '1.5',
  'true',
  '""',
  '"x"',
  '[]',
  '{}',
  '[1]',
  '["a"]',
  '{"a":1}',
  '[null]',
];

const MEMBERS: Readonly<Record<string, (random: Random) => JsonTree>> = {
  '"invocationId"': (random) => random.pick(IDS),
  '"target"': (random) => random.pick(TARGETS),
  '"arguments"': (random) => ({
    array: random.times(0, 2, () =>
      random.chance(0.7) ? random.pick(['1', '2', '"a"', 'null']) : anyJson(random, 2),
    ),
  }),
  '"streamIds"': (random) => ({
    array: random.times(0, 2, () => random.pick(['"s"', '"t"', '"s"', '1', 'null', '""'])),
  }),
  '"headers"': (random) => ({
    object: random.times(0, 2, (): JsonMember => ['"a"', random.pick(['"b"', '"c"', '1', 'null'])]),
  }),
  '"item"': (random) => anyJson(random, 2),
  '"result"': (random) => anyJson(random, 2),
  '"error"': (random) => spellString(random, createText(random, 3)),
  '"allowReconnect"': (random) => random.pick(['true', 'false']),
  '"sequenceId"': (random) => random.pick(SEQUENCE_IDS),
};
const call = ['"invocationId"', '"target"', '"arguments"'];
const REQUIRED: Readonly<Record<MessageType, readonly string[]>> = {
  1: call,
  2: ['"invocationId"', '"item"'],
  3: ['"invocationId"', '"result"'],
  4: call,
  5: ['"invocationId"'],
  6: [],
  7: [],
  8: ['"sequenceId"'],
  9: ['"sequenceId"'],
};
const OPTIONAL: Readonly<Record<MessageType, readonly string[]>> = {
  1: ['"streamIds"', '"headers"'],
  2: ['"headers"'],
  3: ['"error"', '"headers"'],
  4: ['"streamIds"', '"headers"'],
  5: ['"headers"'],
  6: [],
  7: ['"error"', '"allowReconnect"'],
  8: [],
  9: [],
};
const UNKNOWN = [
  '"unknown"',
  '""',
  '"__proto__"',
  '"constructor"',
  '"Type"',
  '"TARGET"',
  '"invocationid"',
];

const createMember = (random: Random, name: string): JsonMember => [
  name,
  MEMBERS[name]?.(random) ?? 'null',
];

function spellMember(random: Random, name: string): string {
  const escaped = name.replace(
    /^"(.)/,
    (_, first: string) => `"\\u00${first.charCodeAt(0).toString(16)}`,
  );
  return random.pick([name.toUpperCase(), escaped, `${name.slice(0, -1)} "`]);
}

/** Changes the members in one of the ways in which a client may be wrong. */
function twist(random: Random, members: readonly JsonMember[]): JsonMember[] {
  const at = random.int(members.length);
  const [name, value] = members[at] as JsonMember;
  const place = random.int(members.length + 1);
  const insert = (member: JsonMember): JsonMember[] => members.toSpliced(place, 0, member);
  switch (random.int(9)) {
    case 0:
      return members.toSpliced(at, 1);
    case 1:
      return insert([name, random.chance(0.5) ? value : random.pick(WRONG)]);
    case 2:
      return members.with(at, [name, 'null']);
    case 3:
      return members.with(at, [name, random.pick(WRONG)]);
    case 4:
      return random.shuffle(members);
    case 5:
      return insert([random.pick(UNKNOWN), anyJson(random, 2)]);
    case 6:
      return members.with(at, [spellMember(random, name), value]);
    case 7:
      return insert(createMember(random, random.pick(Object.keys(MEMBERS))));
    default:
      return random.chance(0.5)
        ? members.with(at, [random.pick(SPACES) + name, value])
        : members.with(at, [name, { parts: [random.pick(SPACES), value] }]);
  }
}

function createMessage(random: Random, calls: Record<string, string>): MessageRecord {
  const type = random.pick(TYPES);
  let members: JsonMember[] = [['"type"', random.chance(0.12) ? random.pick(ODD_TYPES) : type]];
  for (const name of REQUIRED[type]) members.push(createMember(random, name));
  for (const name of OPTIONAL[type])
    if (random.chance(0.15)) members.push(createMember(random, name));
  const twists = random.weighted([
    [2, 0],
    [6, 1],
    [3, 2],
    [1, 3],
  ]);
  for (let i = 0; i < twists && members.length > 0; i++) members = twist(random, members);
  const target = members.find(([name]) => name === '"target"')?.[1];
  if (typeof target === 'string') calls['1'] ??= target.slice(1, -1);
  const object = { object: members };
  if (random.chance(0.92)) return { json: object };
  const rest = random.pick([...SPACES, 'x', '{}', '}', ']', '1', '"a"', ' {"type":6}']);
  return { json: { parts: [random.chance(0.4) ? random.pick(SPACES) : '', object, rest] } };
}

/**
 * JSON messages of every type: members in odd orders, twice, missing, null, of another type, with
 * text around them.
 */
export const jsonEnvelopeGrammar: Grammar = {
  name: 'json-envelope',
  weight: 10,
  generate(random) {
    const calls: Record<string, string> = {};
    const records = random.times(1, random.pick([1, 1, 2]), () => createMessage(random, calls));
    const hub = random.pick(['/conformance', '/conformance-detailed', '/conformance-detailed']);
    return { protocol: 'json', hub, concurrent: true, calls, steps: [{ records }] };
  },
};
