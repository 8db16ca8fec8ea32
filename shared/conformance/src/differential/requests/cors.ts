import type { Grammar } from '../case.ts';

const ORIGINS = [
  'http://localhost:5173',
  'http://localhost:5173',
  'http://LOCALHOST:5173',
  'http://localhost:5173/',
  'https://localhost:5173',
  'http://evil.example',
  'null',
  '',
];
const REQUEST_HEADERS = [
  'x-requested-with,x-signalr-user-agent',
  'authorization',
  'X-Test',
  '',
  'a, b',
];

/** Preflights and requests of pages of other origins. */
export const corsGrammar: Grammar = {
  name: 'cors',
  weight: 2,
  generate(random) {
    const method = random.pick(['POST', 'GET', 'DELETE', 'post', 'PUT', 'X', '']);
    const names = random.pick(REQUEST_HEADERS);
    const headers = {
      ...(random.chance(0.9) ? { origin: random.pick(ORIGINS) } : {}),
      ...(random.chance(0.6) ? { 'access-control-request-method': method } : {}),
      ...(random.chance(0.6) ? { 'access-control-request-headers': names } : {}),
    };
    const hub = random.pick(['/cors', '/cors', '/cors', '/conformance', '/CORS', '/cors/x']);
    const http = random.pick(['OPTIONS', 'OPTIONS', 'OPTIONS', 'POST', 'GET', 'DELETE', 'HEAD']);
    const path = `${hub}${random.pick(['/negotiate', '/negotiate', ''])}?negotiateVersion=1`;
    return { protocol: 'json', calls: {}, steps: [{ http, path, headers, learn: 'n' }] };
  },
};
