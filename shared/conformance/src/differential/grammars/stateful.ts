import type { Grammar, Step } from '../case.ts';
import { createRecord, type NeutralMessage } from '../messages/neutral-message.ts';
import type { MessageRecord } from '../messages/trees.ts';
import { RECORD_SEPARATOR } from '../messages/write-record.ts';

/**
 * Stateful reconnect: sequence and acknowledgement messages in odd orders and numbers, before and
 * after a cut.
 */
export const statefulGrammar: Grammar = {
  name: 'stateful',
  weight: 1.5,
  generate(random) {
    const protocol = random.pick(['json', 'json', 'messagepack'] as const);
    const hub = random.pick(['/stateful', '/stateful', '/stateful-small-buffer', '/conformance']);
    const version = random.pick([2, 2, 2, 1]);
    const hello = { text: `{"protocol":"${protocol}","version":${version}}${RECORD_SEPARATOR}` };
    const query = random.chance(0.85) ? '&useStatefulReconnect=true' : '';
    const path = `${hub}?id=«n.token»`;
    const calls: Record<string, string> = {};
    const createMessage = (): MessageRecord => {
      const id = String(Object.keys(calls).length + 1);
      const message = random.weighted<NeutralMessage>([
        [8, { type: 1, id, target: 'EchoString', args: [`v${id}`] }],
        [2, { type: 1, target: 'SendToCaller', args: ['m'] }],
        [1, { type: 6 }],
        [1.5, { type: 8, sequenceId: random.pick([0, 1, 1, 2, 3, 100, -1]) }],
        [0.7, { type: 9, sequenceId: random.pick([0, 1, 2, 3, 100, -1]) }],
      ]);
      if (message.id !== undefined) calls[id] = 'EchoString';
      return createRecord(protocol, message);
    };
    const steps: Step[] = [
      { http: 'POST', path: `${hub}/negotiate?negotiateVersion=1${query}`, learn: 'n' },
      { ws: 'a', path, protocol },
      { on: 'a', records: [hello], then: true },
      { wait: 20 },
      { on: 'a', records: random.times(1, 3, createMessage), then: true },
    ];
    if (random.chance(0.4)) return { protocol, calls, steps };
    const first = random.weighted<MessageRecord>([
      [
        8,
        createRecord(protocol, { type: 9, sequenceId: random.pick([1, 1, 1, 2, 3, 0, -1, 100]) }),
      ],
      [1, hello],
    ]);
    steps.push(
      { wait: 40 },
      { on: 'a', terminate: true },
      { wait: 30 },
      { ws: 'b', path, protocol, noHandshake: true },
      { wait: 20 },
      { on: 'b', records: [first, ...random.times(0, 3, createMessage)], then: true },
    );
    return { protocol, calls, steps };
  },
};
