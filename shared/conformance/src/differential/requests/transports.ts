import type { Grammar, Headers, Step } from '../case.ts';
import { RECORD_SEPARATOR } from '../messages/write-record.ts';
import type { Random } from '../random.ts';
import { HUBS } from './negotiate.ts';

const IDS = [
  '«n.token»',
  '«n.token»',
  '«n.token»',
  '«n.id»',
  'nope',
  '',
  '%20',
  '«n.token»%20',
  '«n.token»x',
  '%00',
  'a&id=«n.token»',
  '«n.token»&id=a',
  'x'.repeat(200),
  '%E2%80%A8',
];
const ACCEPTS = [
  'text/event-stream',
  'text/event-stream, */*',
  'TEXT/EVENT-STREAM',
  '*/*',
  'text/*',
];
const BODIES = [
  `{"protocol":"json","version":1}${RECORD_SEPARATOR}`,
  '',
  'x',
  `{}${RECORD_SEPARATOR}`,
];

function createRequest(random: Random, n: number, path: string): Step {
  const headers: Headers = random.chance(0.15) ? { accept: random.pick(ACCEPTS) } : {};
  if (random.chance(0.15)) {
    const subprotocols = random.chance(0.2) ? [random.pick(['json', 'signalr'])] : [];
    return { ws: `w${n}`, path, subprotocols };
  }
  const http = random.pick([
    'GET',
    'GET',
    'POST',
    'POST',
    'DELETE',
    'PUT',
    'OPTIONS',
    'HEAD',
    'PATCH',
  ]);
  if (http === 'GET' && /event-stream/i.test(headers['accept'] ?? ''))
    return { sse: `s${n}`, path, headers };
  if (http === 'GET') return { http, path, headers, polls: 'n' };
  return http === 'POST'
    ? { http, path, headers, body: random.pick(BODIES) }
    : { http, path, headers };
}

/** Requests of the transports with all kinds of ids. */
export const transportGrammar: Grammar = {
  name: 'transport-requests',
  weight: 4,
  generate(random) {
    const hub = random.pick(HUBS);
    const version = random.pick(['1', '1', '1', '0']);
    const steps: Step[] = [
      { http: 'POST', path: `${hub}/negotiate?negotiateVersion=${version}`, learn: 'n' },
    ];
    const count = random.between(1, 3);
    for (let n = 1; n <= count; n++) {
      const other = random.chance(0.1) ? random.pick(HUBS) : hub;
      const end = random.pick(['', '', '', '', '/', '//', '/x']);
      const name = random.pick(['id', 'id', 'id', 'ID', 'i%64', 'connectionToken']);
      steps.push(createRequest(random, n, `${other}${end}?${name}=${random.pick(IDS)}`));
    }
    return { protocol: 'json', calls: {}, noBarrier: true, steps };
  },
};
