import type { Grammar, Headers, Step } from '../case.ts';
import { RECORD_SEPARATOR } from '../messages/write-record.ts';
import type { Random } from '../random.ts';

const TOKENS = [
  'alice',
  'bob',
  'nosub',
  'expired',
  'notYet',
  'wrongKey',
  'wrongIssuer',
  'wrongAudience',
  'unsigned',
  'noExp',
  'garbage',
].map((name) => `«token.${name}»`);
const ODD_TOKENS = ['«token.alice»x', 'a.b.c', '..', '«token.alice».x', ''];
const createToken = (random: Random): string =>
  random.pick(random.chance(0.75) ? TOKENS : ODD_TOKENS);

function createHeader(random: Random): string {
  const token = createToken(random);
  if (random.chance(0.6)) return `Bearer ${token}`;
  const forms = [
    `bearer ${token}`,
    `BEARER  ${token}`,
    `Bearer\t${token}`,
    token,
    'Bearer',
    'Bearer ',
  ];
  return random.pick([
    ...forms,
    `Basic ${token}`,
    `Bearer ${token}, Bearer ${token}`,
    `Bearer "${token}"`,
  ]);
}

/** Tokens in headers and queries, right and wrong, in negotiation and in the transports. */
export const authorizationGrammar: Grammar = {
  name: 'authorization',
  weight: 5,
  generate(random) {
    const hub = random.pick([
      '/authorized/header-only',
      '/authorized/query',
      '/authorized/query',
      '/authorized/expiring',
      '/open',
    ]);
    const createHeaders = (): Headers =>
      random.chance(0.7) ? { authorization: createHeader(random) } : {};
    const createQuery = (): string => {
      if (random.chance(0.55)) return '';
      const name = random.pick([
        'access_token',
        'access_token',
        'ACCESS_TOKEN',
        'accessToken',
        'access%5Ftoken',
      ]);
      return `&${name}=${createToken(random)}`;
    };
    const headers = random.chance(0.5) ? { authorization: 'Bearer «token.bob»' } : createHeaders();
    const path = `${hub}/negotiate?negotiateVersion=1${createQuery()}`;
    const steps: Step[] = [{ http: 'POST', path, headers, learn: 'n' }];
    const count = random.between(0, 2);
    for (let n = 0; n < count; n++) {
      const id = random.pick(['«n.token»', '«n.token»', 'nope', '']);
      const request = { path: `${hub}?id=${id}${createQuery()}`, headers: createHeaders() };
      const body = `{"protocol":"json","version":1}${RECORD_SEPARATOR}`;
      steps.push(
        random.pick<Step>([
          { ws: `w${n}`, ...request },
          { sse: `s${n}`, ...request },
          { http: 'GET', polls: 'n', ...request },
          { http: 'POST', body, ...request },
          { http: 'DELETE', ...request },
        ]),
      );
    }
    return { protocol: 'json', calls: {}, noBarrier: true, steps };
  },
};
