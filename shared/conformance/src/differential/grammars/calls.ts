import type { Grammar } from '../case.ts';
import { packInteger } from '../messages/neutral-message.ts';
import type { JsonMember, MessageRecord, PackTree, Protocol } from '../messages/trees.ts';
import type { Random } from '../random.ts';
import { jsonValue } from '../values/json-values.ts';
import * as methods from '../values/methods.ts';
import { packValue } from '../values/pack-values.ts';
import { spellString } from '../values/text.ts';

type Method = readonly [name: string, types: readonly methods.ValueType[]];

const echoes = Object.entries(methods.echoes);
const all = Object.entries({
  ...methods.echoes,
  ...methods.plainMethods,
  ...methods.streamMethods,
});

function chooseMethod(random: Random): Method {
  if (random.chance(0.65)) return random.pick(echoes);
  return random.chance(0.06) ? [random.pick(methods.uncallable), []] : random.pick(all);
}

/**
 * Returns the types of the arguments of a call. For a few calls, returns too few, too many, or
 * other types.
 */
function chooseTypes(random: Random, types: Method[1]): Method[1] {
  if (random.chance(0.94)) return types;
  return random.pick([types.slice(0, -1), [...types, 'any'], [], [...types].reverse()]);
}

const isStream = (name: string): boolean => name in methods.streamMethods;
const chooseType = (random: Random, name: string): number =>
  isStream(name) === random.chance(0.97) ? 4 : 1;

type Calls = Record<string, string>;

function createJsonCall(random: Random, id: string, calls: Calls): MessageRecord {
  const [name, types] = chooseMethod(random);
  const target = methods.spellName(random, name);
  const array = chooseTypes(random, types).map((type) => jsonValue(random, type));
  const object: JsonMember[] = [['"type"', String(chooseType(random, name))]];
  if (random.chance(0.96)) {
    object.push(['"invocationId"', `"${id}"`]);
    calls[id] = name;
  }
  const spelled = random.chance(0.9) ? JSON.stringify(target) : spellString(random, target, 0);
  object.push(['"target"', spelled], ['"arguments"', { array }]);
  return { json: { object: random.chance(0.1) ? random.shuffle(object) : object } };
}

function createPackCall(random: Random, id: string, calls: Calls): MessageRecord {
  const [name, types] = chooseMethod(random);
  const hasId = random.chance(0.96);
  if (hasId) calls[id] = name;
  const array: PackTree[] = [
    packInteger(chooseType(random, name)),
    { map: [] },
    hasId ? { text: id } : 'c0',
    { text: methods.spellName(random, name) },
    { array: chooseTypes(random, types).map((type) => packValue(random, type)) },
  ];
  if (random.chance(0.95)) array.push({ array: [] });
  return { pack: { array } };
}

/**
 * Calls of every method with arguments in all spellings. The message around them is well-formed.
 */
const createGrammar = (protocol: Protocol, weight: number): Grammar => ({
  name: `${protocol}-calls`,
  weight,
  generate(random) {
    const calls: Calls = {};
    const create = protocol === 'json' ? createJsonCall : createPackCall;
    // Most cases are one call, because a wrong one may close the connection and hide what follows.
    const count = random.weighted([
      [6, 1],
      [2, 2],
    ]);
    const records = Array.from({ length: count }, (_, i) => create(random, String(i + 1), calls));
    const hub = random.pick([
      '/conformance',
      '/conformance-detailed',
      '/conformance-detailed',
      '/parallel',
    ]);
    return { protocol, hub, concurrent: true, calls, steps: [{ records }] };
  },
});
export const callGrammars = [createGrammar('json', 24), createGrammar('messagepack', 18)];
