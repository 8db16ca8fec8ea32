import type { Grammar } from '../case.ts';
import { createRecord } from '../messages/neutral-message.ts';
import type { Random } from '../random.ts';

const NAMES = [
  'a',
  'A',
  'b',
  'user',
  'a%20b',
  'a+b',
  '%61',
  '',
  'greet',
  '__proto__',
  'a[]',
  '%C3%A4',
];
const VALUES = [
  'a',
  'a+b',
  'a%20b',
  '',
  '%',
  '%zz',
  '%ff',
  '%C3%A4',
  'a%00b',
  '1;2',
  'a=b',
  '%26',
  '%25',
  "'",
  '%5C',
];
const HEADER_NAMES = ['x-test', 'x-other', 'user-agent', 'referer', 'cookie', 'accept-language'];
const HEADER_VALUES = [
  'one',
  'a, b',
  'a;b',
  '"q"',
  '\u00c3\u00a4',
  '  padded  ',
  '',
  'a\tb',
  '%41',
];

function createCall(random: Random): readonly [string, string[]] {
  const name = random.pick([
    'a',
    'A',
    'b',
    'user',
    'a b',
    '',
    '__proto__',
    'a[]',
    'ä',
    'constructor',
  ]);
  const header = random.pick([
    'x-test',
    'X-Test',
    'User-Agent',
    'cookie',
    'host',
    'Connection',
    '',
    '__proto__',
  ]);
  return random.pick([
    ['GetQuery', [name]],
    ['GetQuery', [name]],
    ['GetHeader', [header]],
    ['GetHeader', [header]],
    ['GetUserIdentifier', []],
    ['GetPath', []],
    ['GetTransport', []],
  ]);
}

/**
 * The properties of the request that a hub can read: queries and headers in all spellings.
 */
export const contextGrammar: Grammar = {
  name: 'context',
  weight: 4,
  generate(random) {
    const query = random.times(0, 4, () =>
      random.chance(0.9) ? `${random.pick(NAMES)}=${random.pick(VALUES)}` : random.pick(NAMES),
    );
    const names = HEADER_NAMES.filter(() => random.chance(0.25));
    const headers = Object.fromEntries(names.map((name) => [name, random.pick(HEADER_VALUES)]));
    const calls: Record<string, string> = {};
    const records = random.times(1, 5, (i) => {
      const id = String(i + 1);
      const [target, args] = createCall(random);
      calls[id] = target;
      return createRecord('json', { type: 1, id, target, args });
    });
    const hub = random.pick(['/conformance', '/Conformance', '/min-version-1']);
    return { protocol: 'json', hub, query: query.join('&'), headers, calls, steps: [{ records }] };
  },
};
