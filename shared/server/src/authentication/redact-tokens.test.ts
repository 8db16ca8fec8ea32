import { expect, test } from 'vitest';
import { type ConnectionRequest, QueryParameters } from '../index.ts';
import { testToken } from '../testing/test-token.ts';
import { redactTokens } from './redact-tokens.ts';

const request = (headers: object, query = ''): ConnectionRequest => ({
  path: '/hub',
  query: new QueryParameters(query),
  headers: { ...headers },
  params: {},
  remoteAddress: undefined,
});
const token = 'an+opaque/token=1234567890';

test.each<[string, ConnectionRequest, string]>([
  ['the Authorization header', request({ authorization: `Bearer ${token}` }), token],
  ['the query', request({}, `access_token=${encodeURIComponent(token)}`), token],
  [
    'the query, as the URL spells it',
    request({}, `access_token=${encodeURIComponent(token)}`),
    encodeURIComponent(token),
  ],
  ['a second parameter', request({}, `a=1&a=${encodeURIComponent(token)}`), token],
  ['a cookie', request({ cookie: `theme=dark; session=${'s'.repeat(30)}` }), 's'.repeat(30)],
  ['nowhere, since any signed token counts', request({}), testToken({ sub: 'alice' })],
])('a secret of %s is redacted', (_name, from, secret) => {
  expect(redactTokens(`before ${secret} after`, from)).toBe('before [redacted] after');
  const text = redactTokens(new Error(`broke over ${secret}`, { cause: new Error(secret) }), from);
  expect(text).toContain('Error: broke over [redacted]');
  expect(text).not.toContain(secret);
});

test('text that is not a secret is unchanged', () => {
  expect(redactTokens('theme dark at id 1', request({ cookie: 'theme=dark' }, 'id=1'))).toBe(
    'theme dark at id 1',
  );
});

test('tokens are redacted in the middle of a text, however its parts are separated', () => {
  const redact = (text: string) => redactTokens(text, request({}));
  expect(redact('id=xeyJa.b.c.d')).toBe('id=x[redacted].d');
  expect(redact('eyJa.b.eyJa.b.c')).toBe('[redacted].b.c');
  expect(redact('eyJ..c eyJa.b eyJ')).toBe('eyJ..c eyJa.b eyJ');
  expect(redact('eyJa.b.')).toBe('[redacted]');
  expect(redact('www.example.org is 1.2.3')).toBe('www.example.org is 1.2.3');
});

test('a text that only looks like many tokens is read once', () => {
  const measure = (size: number): number => {
    const text = 'eyJ'.repeat(size);
    const start = performance.now();
    redactTokens(text, request({}));
    return performance.now() - start;
  };
  // Quadratic time would grow by 64 in each attempt. Other work can disturb some of them.
  const factors = Array.from({ length: 10 }, () => measure(40_000) / measure(5000));
  expect(Math.min(...factors)).toBeLessThan(32);
});

test('a value of 12 characters is a secret, and a shorter one is not', () => {
  expect(redactTokens('123456789012', request({ cookie: 'a= 123456789012' }))).toBe('[redacted]');
  expect(redactTokens('12345678901', request({ cookie: 'a=12345678901' }))).toBe('12345678901');
});
