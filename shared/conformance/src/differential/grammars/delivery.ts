import type { Grammar, Step } from '../case.ts';
import { createRecord, type Plain } from '../messages/neutral-message.ts';
import type { Random } from '../random.ts';

const GROUPS = ['g', 'G', 'h', '', ' g', 'g ', '__proto__', 'ä', 'a\u0308'];
const USERS = ['u', 'U', 'v', '', 'nobody'];
const IDS = ['«a.id»', '«b.id»', '«c.id»', 'nobody', ''];
const some = (random: Random, list: readonly string[]): string[] =>
  random.times(0, 3, () => random.pick(list));

const METHODS: Readonly<Record<string, (random: Random) => Plain[]>> = {
  SendToAll: () => [],
  SendToAllExcept: (random) => [some(random, IDS)],
  SendToCaller: () => [],
  SendToOthers: () => [],
  SendToClient: (random) => [random.pick(IDS)],
  SendToClients: (random) => [some(random, IDS)],
  SendToGroup: (random) => [random.pick(GROUPS)],
  SendToGroupExcept: (random) => [random.pick(GROUPS), some(random, IDS)],
  SendToGroups: (random) => [some(random, GROUPS)],
  SendToOthersInGroup: (random) => [random.pick(GROUPS)],
  SendToUser: (random) => [random.pick(USERS)],
  SendToUsers: (random) => [some(random, USERS)],
  JoinGroup: (random) => [random.pick(GROUPS)],
  LeaveGroup: (random) => [random.pick(GROUPS)],
  JoinGroupFor: (random) => [random.pick(IDS), random.pick(GROUPS)],
  LeaveGroupFor: (random) => [random.pick(IDS), random.pick(GROUPS)],
};
const NAMES = Object.keys(METHODS);
const JOINS = NAMES.filter((name) => name.startsWith('Join'));

/**
 * Sends to connections, groups and users, with three clients and similar names. Sends to all reach
 * every case, so one runs at a time.
 */
export const deliveryGrammar: Grammar = {
  name: 'delivery',
  weight: 2,
  exclusive: true,
  generate(random) {
    const calls: Record<string, string> = {};
    const steps = random.times(2, 6, (i): Step => {
      const target = random.pick(random.chance(0.4) ? JOINS : NAMES);
      const args = METHODS[target]?.(random) ?? [];
      const id = String(i);
      calls[id] = target;
      if (target.startsWith('Send')) args.push(`m${i}`);
      const message = createRecord('json', { type: 1, id, target, args });
      return { on: random.pick(['a', 'b', 'c']), records: [message], then: true };
    });
    const user = (): string => (random.chance(0.6) ? `user=${random.pick(USERS)}` : '');
    const queries = { a: user(), b: user(), c: user() };
    return {
      protocol: 'json',
      hub: '/delivery',
      connections: ['a', 'b', 'c'],
      queries,
      calls,
      steps,
    };
  },
};
