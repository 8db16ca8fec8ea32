import type { Grammar, Headers, Step } from '../case.ts';
import type { Random } from '../random.ts';

export const HUBS = [
  '/conformance',
  '/conformance',
  '/conformance',
  '/ws-only',
  '/sse-lp',
  '/min-version-1',
  '/stateful',
  '/json-only',
  '/messages',
  '/open',
];
const METHODS = [
  'POST',
  'POST',
  'POST',
  'POST',
  'GET',
  'PUT',
  'DELETE',
  'OPTIONS',
  'HEAD',
  'TRACE',
];
const VERSIONS = [
  '0',
  '1',
  '1',
  '2',
  '-1',
  '',
  '%201',
  '1%20',
  '+1',
  '%2B1',
  '1.0',
  '1e0',
  'x',
  '2147483647',
  '2147483648',
  '01',
  '1,2',
  '0x1',
  '%31',
  '1%00',
  '%C2%A01',
  '(1)',
  '1-',
  '-0',
  '99999999999',
];
const ENDS = ['', '', '', '', '', '/', '/x', '%20', ';a=b', '.'];
const RECONNECTS = ['=true', '=True', '=1', '=', '', '=%20true', '=false', '=tru'];

export const spellPath = (random: Random, path: string): string =>
  random.weighted([
    [8, path],
    [1, path.toUpperCase()],
    [1, path.replace(/^\/(.)/, (_, first: string) => `/%${first.charCodeAt(0).toString(16)}`)],
    [0.5, `/x/..${path}`],
    [0.5, `/.${path}`],
  ]);

function createHeaders(random: Random): Headers {
  return {
    ...(random.chance(0.3)
      ? { 'content-type': random.pick(['application/json', 'garbage', '']) }
      : {}),
    ...(random.chance(0.15) ? { accept: random.pick(['text/html', '*/*', '']) } : {}),
    ...(random.chance(0.1)
      ? { 'accept-encoding': random.pick(['gzip', 'br', 'identity;q=0']) }
      : {}),
  };
}

/** Requests to negotiate: methods, versions, paths, headers, bodies. */
export const negotiateGrammar: Grammar = {
  name: 'negotiate',
  weight: 5,
  generate(random) {
    const query: string[] = [];
    if (random.chance(0.85)) {
      const name = random.pick([
        'negotiateVersion',
        'negotiateVersion',
        'NEGOTIATEVERSION',
        'negotiate%56ersion',
      ]);
      query.push(`${name}=${random.pick(VERSIONS)}`);
    }
    if (random.chance(0.1)) query.push(`negotiateVersion=${random.pick(VERSIONS)}`);
    if (random.chance(0.4)) query.push(`useStatefulReconnect${random.pick(RECONNECTS)}`);
    if (random.chance(0.15))
      query.push(random.pick(['id=x', 'negotiateVersion', '=1', 'a=%', 'a=%ff', '?']));
    const name = random.pick([
      '/negotiate',
      '/negotiate',
      '/negotiate',
      '/Negotiate',
      '/negotiat%65',
      '/negotiate2',
    ]);
    const path = spellPath(random, random.pick(HUBS)) + name + random.pick(ENDS);
    const step: Step = {
      http: random.pick(METHODS),
      path: query.length > 0 ? `${path}?${query.join('&')}` : path,
      headers: createHeaders(random),
      learn: 'n',
    };
    return { protocol: 'json', calls: {}, steps: [step] };
  },
};
