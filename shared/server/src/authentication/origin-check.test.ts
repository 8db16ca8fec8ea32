import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { MAXIMUM_WARNINGS } from '../limits/limited-warnings.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { checkAllowedOrigins, normalizeOrigin, OriginCheck } from './allowed-origins.ts';

const request = (headers: object, encrypted = false): IncomingMessage =>
  ({ headers, socket: { encrypted } }) as unknown as IncomingMessage;

/** Returns whether an origin may use a hub of `host` without a list of origins. */
function isAllowed(origin: string, host: string | undefined, encrypted = false): boolean {
  const check = new OriginCheck(undefined, new CollectingLogger());
  return check.refuse(request({ origin, host }, encrypted), false) === undefined;
}

test.each<[string, string | undefined, boolean, boolean]>([
  ['http://a.example', 'a.example', false, true],
  ['https://a.example', 'a.example', false, true],
  ['https://a.example', 'a.example', true, true],
  ['http://a.example', 'a.example', true, false],
  ['HTTP://A.example', 'a.example', false, true],
  ['HTTP://A.example', 'a.example', true, false],
  ['https://a.example:443', 'A.example', true, true],
  ['ftp://a.example', 'a.example', false, false],
  ['http://a.example', undefined, false, false],
  ['http://undefined', undefined, false, false],
  ['null', 'null', false, false],
])('the origin %s may use a hub of the host %s with TLS %s: %s', (origin, host, tls, allowed) => {
  expect(isAllowed(origin, host, tls)).toBe(allowed);
});

test('HTTP/2 names the host in its own header', () => {
  const check = new OriginCheck(undefined, new CollectingLogger());
  const headers = { origin: 'https://a.example', ':authority': 'a.example' };
  expect(check.refuse(request(headers), false)).toBeUndefined();
});

test.each([
  ['https://A.example:443', 'https://a.example'],
  ['Capacitor://LOCALHOST', 'capacitor://localhost'],
  ['xhttps://a.example', 'xhttps://a.example'],
  [' https://a.example', undefined],
  ['1https://a.example', undefined],
  ['https://a.example/', undefined],
  ['null', undefined],
])('the origin %s is normalized to %s', (text, normalized) => {
  expect(normalizeOrigin(text)).toBe(normalized);
});

test('a value that is not a list of origins is refused with its text', () => {
  for (const value of ['https://a.example', 7])
    expect(() => checkAllowedOrigins(value as never)).toThrow(String(value));
  for (const value of [7, null, 'a.example', ['https://a.example']])
    expect(() => checkAllowedOrigins([value] as never)).toThrow(/ERR_|allowedOrigins/);
  expect(() => checkAllowedOrigins(['https://a.example'])).not.toThrow();
  expect(() => checkAllowedOrigins('*')).not.toThrow();
  expect(() => checkAllowedOrigins(undefined)).not.toThrow();
});

test('only a listed origin is allowed, and a refused one is logged with at most 200 characters', () => {
  const logger = new CollectingLogger();
  const check = new OriginCheck(['https://a.example'], logger);
  expect(check.refuse(request({ origin: 'https://A.example' }), true)).toBeUndefined();
  expect(check.refuse(request({ origin: 'https://b.example' }), true)?.status).toBe(403);
  expect(check.refuse(request({ origin: '' }), true)?.status).toBe(403);
  const long = `https://${'b'.repeat(300)}`;
  check.refuse(request({ origin: long }), false);
  expect(logger.lines.join('\n')).toContain(`'${long.slice(0, 200)}'`);
});

test('a client that sends thousands of requests with refused origins does not fill the log', () => {
  const logger = new CollectingLogger();
  const check = new OriginCheck(undefined, logger);
  for (let i = 0; i < 10_000; i++)
    expect(check.refuse(request({ origin: `https://${i}.example` }), false)?.status).toBe(403);
  expect(logger.lines).toHaveLength(MAXIMUM_WARNINGS + 1);
});
