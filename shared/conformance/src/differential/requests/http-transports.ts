import type { Grammar, Step } from '../case.ts';
import { createRecord, type NeutralMessage } from '../messages/neutral-message.ts';
import type { MessageRecord, Protocol } from '../messages/trees.ts';
import { RECORD_SEPARATOR } from '../messages/write-record.ts';
import type { Random } from '../random.ts';

const ODD = ['x', `{}${RECORD_SEPARATOR}`, `x${RECORD_SEPARATOR}`, '{"type":1', RECORD_SEPARATOR];
const HUBS = ['/conformance', '/conformance', '/sse-lp', '/conformance-detailed', '/open'];

function createCall(random: Random, protocol: Protocol, id: string): MessageRecord {
  const text = random.pick(['a', 'ä\n', 'x'.repeat(300)]);
  return createRecord(
    protocol,
    random.weighted<NeutralMessage>([
      [6, { type: 1, id, target: 'EchoString', args: [text] }],
      [2, { type: 1, id, target: 'Add', args: [1, 2] }],
      [1, { type: 1, id, target: 'GetTransport', args: [] }],
      [1, { type: 6 }],
      [1, { type: 4, id, target: 'Counter', args: [3] }],
      [0.4, { type: 1, id, target: 'Abort', args: [] }],
      [0.4, { type: 7 }],
    ]),
  );
}

const hello = (protocol: Protocol): MessageRecord => ({
  text: `{"protocol":"${protocol}","version":1}${RECORD_SEPARATOR}`,
});

function createActions(random: Random, path: string, protocol: Protocol, open: Step): Step[] {
  const send = (records: MessageRecord[]): Step => ({ http: 'POST', path, records });
  return random.times(1, 4, (i) =>
    random.weighted<Step>([
      [8, send([createCall(random, protocol, String(i + 1))])],
      [open.polls === undefined ? 0 : 6, open],
      [0.7, send([{ text: random.pick(ODD) }])],
      [0.4, send([{ text: '' }])],
      [0.6, { http: 'DELETE', path }],
      [0.3, { http: random.pick(['PUT', 'OPTIONS', 'HEAD', 'PATCH']), path }],
      [0.3, { ws: 'w', path }],
    ]),
  );
}

/** Polls, sends and the end of a connection in any order, and other transports on its id. */
export const longPollingGrammar: Grammar = {
  name: 'long-polling',
  weight: 2,
  generate(random) {
    const protocol = random.pick(['json', 'json', 'messagepack'] as const);
    const hub = random.pick(HUBS);
    const path = `${hub}?id=«n.token»`;
    const poll: Step = { http: 'GET', path, polls: 'n', protocol };
    const steps: Step[] = [
      { http: 'POST', path: `${hub}/negotiate?negotiateVersion=1`, learn: 'n' },
    ];
    if (random.chance(0.7))
      steps.push(poll, { http: 'POST', path, records: [hello(protocol)] }, poll);
    // A send is answered before its call has run, so most sends are followed by a poll.
    const actions = createActions(random, path, protocol, poll);
    for (const action of actions) {
      steps.push(action);
      if (action.http === 'POST' && random.chance(0.7)) steps.push(poll);
    }
    return { protocol, calls: {}, noBarrier: true, steps };
  },
};

/** Sends and the end of a connection with an event stream. */
export const serverSentEventsGrammar: Grammar = {
  name: 'server-sent-events',
  weight: 2,
  generate(random) {
    const hub = random.pick(HUBS);
    const path = `${hub}?id=«n.token»`;
    const open: Step = { sse: 's', path };
    const steps: Step[] = [
      { http: 'POST', path: `${hub}/negotiate?negotiateVersion=1`, learn: 'n' },
      open,
      { http: 'POST', path, records: [hello('json')] },
      ...createActions(random, path, 'json', open),
    ];
    return { protocol: 'json', calls: {}, noBarrier: true, steps };
  },
};
