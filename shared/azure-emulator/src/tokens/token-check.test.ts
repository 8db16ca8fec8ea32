import type { IncomingMessage } from 'node:http';
import jwt from 'jsonwebtoken';
import { expect, test } from 'vitest';
import { isForHub, TokenRefusal, verifiedClaims } from './token-check.ts';

const key = 'k'.repeat(32);
const audience = 'http://any.example/client/?hub=chat';

/** Checks a token for clients of the hub `chat`. */
const check = (token: string): ReturnType<typeof verifiedClaims> =>
  verifiedClaims(
    { headers: { authorization: `Bearer ${token}` } } as IncomingMessage,
    new URLSearchParams(),
    key,
    isForHub('client', 'chat'),
  );

test('a token is accepted if one of its audiences is the hub, on any host', () => {
  const aud = ['not a URL', 'http://a.example/client/?hub=other', audience];
  expect(check(jwt.sign({ aud }, key))).toMatchObject({ aud });
  expect(check(jwt.sign({ aud: audience }, key))).toMatchObject({ aud: audience });
});

test.each<[string, string]>([
  ['that is missing', ''],
  ['without an audience', jwt.sign({}, key)],
  ['for another hub', jwt.sign({ aud: 'http://a.example/client/?hub=other' }, key)],
  ['for servers', jwt.sign({ aud: 'http://a.example/server/?hub=chat' }, key)],
  ['whose payload is not an object', jwt.sign('text', key)],
  ['with another key', jwt.sign({ aud: audience }, 'x'.repeat(32))],
])('a token %s is refused with 401', (_what, token) => {
  const refusal = check(token);
  expect(refusal).toBeInstanceOf(TokenRefusal);
  expect(refusal).toMatchObject({ status: 401 });
});
