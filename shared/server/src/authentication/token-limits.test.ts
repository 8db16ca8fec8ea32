import type { IncomingMessage } from 'node:http';
import jwt from 'jsonwebtoken';
import { expect, test } from 'vitest';
import { QueryParameters } from '../connections/connection-request.ts';
import { testKey, testToken } from '../testing/test-token.ts';
import type { AuthenticationContext } from './authentication-handler.ts';
import { jwtBearer } from './jwt-bearer.ts';
import type { JwtBearerOptions } from './jwt-bearer-options.ts';

const contextOf = (authorization: string | undefined): AuthenticationContext => ({
  request: {
    path: '/hub',
    query: new QueryParameters(''),
    params: {},
    headers: authorization === undefined ? {} : { authorization },
    remoteAddress: undefined,
  },
  httpRequest: {} as IncomingMessage,
  socket: undefined,
});
const authenticate = (authorization: string | undefined, options: Partial<JwtBearerOptions> = {}) =>
  jwtBearer({ key: testKey, ...options } as JwtBearerOptions).authenticate(
    contextOf(authorization),
  );

/** A valid token of exactly `length` characters. */
function tokenOf(length: number): string {
  for (let fill = length - 400; fill < length; fill++) {
    const token = testToken({ sub: 'ann', fill: 'a'.repeat(Math.floor(fill * 0.75)) });
    if (token.length === length) return token;
  }
  throw new Error(`No token has ${length} characters.`);
}

test('a token may have 16,384 characters, and not one more', async () => {
  expect((await authenticate(`Bearer ${tokenOf(16_384)}`)).ticket?.user['sub']).toBe('ann');
  const { ticket, failure } = await authenticate(`Bearer ${tokenOf(16_385)}`);
  expect(ticket).toBeUndefined();
  expect(failure).toHaveProperty('code', 'ERR_SIGNALR_TOKEN_MALFORMED');
});

test('a token that is not a string is malformed, whatever it is', async () => {
  for (const token of [{}, 7, ['a.b.c'], true]) {
    const { failure } = await authenticate(undefined, {
      events: { onMessageReceived: (context) => void Object.assign(context, { token }) },
    });
    expect(failure).toHaveProperty('code', 'ERR_SIGNALR_TOKEN_MALFORMED');
  }
});

test.each<[string | undefined, boolean]>([
  ['Bearer TOKEN', true],
  ['bEARER    TOKEN  ', true],
  ['Bearer', false],
  ['Bearer ', false],
  ['BearerTOKEN', false],
  ['xBearer TOKEN', false],
  ['Basic TOKEN', false],
  [undefined, false],
])('the Authorization header %j has a token: %s', async (header, hasToken) => {
  const { ticket, failure } = await authenticate(header?.replace('TOKEN', testToken({ sub: 'a' })));
  expect(failure).toBeUndefined();
  expect(ticket !== undefined).toBe(hasToken);
});

test('the clock tolerance is in ms, and the expiration of a ticket too', async () => {
  const now = Math.floor(Date.now() / 1000);
  const expired = `Bearer ${testToken({ sub: 'a', exp: now - 30 })}`;
  expect((await authenticate(expired, { clockTolerance: 60_000 })).ticket?.expiresAt).toBe(
    (now - 30) * 1000,
  );
  expect((await authenticate(expired, { clockTolerance: 1000 })).ticket).toBeUndefined();
  expect((await authenticate(expired)).ticket).toBeUndefined();
});

test('a token without expiration is accepted only on request, and its ticket does not expire', async () => {
  const token = `Bearer ${testToken({ sub: 'a', exp: undefined })}`;
  expect((await authenticate(token)).failure).toHaveProperty(
    'code',
    'ERR_SIGNALR_TOKEN_WITHOUT_EXPIRATION',
  );
  const { ticket } = await authenticate(token, { requireExpirationTime: false });
  expect(ticket).toMatchObject({ user: { sub: 'a' } });
  expect(ticket?.expiresAt).toBeUndefined();
});

test('without a list of algorithms, only the usual one of the key is accepted', async () => {
  const long = 'a secret with sixty-four bytes or more, so that each HMAC could use it.';
  const claims = { sub: 'a', exp: Math.floor(Date.now() / 1000) + 60 };
  const sign = (algorithm: jwt.Algorithm): string =>
    `Bearer ${jwt.sign(claims, long, { algorithm })}`;
  expect((await authenticate(sign('HS256'), { key: long })).ticket).toBeDefined();
  expect((await authenticate(sign('HS512'), { key: long })).ticket).toBeUndefined();
  const options: Partial<JwtBearerOptions> = { key: long, algorithms: ['HS512'] };
  expect((await authenticate(sign('HS512'), options)).ticket).toBeDefined();
});

test('an empty issuer or audience is refused, and no list is different from an empty one', () => {
  for (const options of [{ issuer: '' }, { issuer: [] }, { audience: '' }, { audience: [] }])
    expect(() => jwtBearer({ key: testKey, ...options } as JwtBearerOptions)).toThrow(
      Object.keys(options)[0],
    );
  for (const options of [{ issuer: 'a' }, { audience: ['a'] }, {}])
    expect(() => jwtBearer({ key: testKey, ...options } as JwtBearerOptions)).not.toThrow();
});

test('claims that are not an object are refused, and so are dates that are none', async () => {
  for (const claims of ['"text"', '[1]', 'null', '7']) {
    const head = Buffer.from('{"alg":"HS256"}').toString('base64url');
    const token = jwt.sign(claims, testKey);
    const { failure } = await authenticate(`Bearer ${token}`);
    expect(failure).toHaveProperty('code', 'ERR_SIGNALR_TOKEN_MALFORMED');
    expect(token.startsWith(head)).toBe(true);
  }
  const { failure } = await authenticate(`Bearer ${testToken({ sub: 'a', nbf: 1e300 })}`);
  expect(failure?.message).toContain('(null)');
});

test.each([
  ['x'.repeat(200), `'${'x'.repeat(200)}'`],
  ['x'.repeat(201), "'(null)'"],
  ['a b', "'(null)'"],
  ['a"b', "'(null)'"],
])('the issuer %j is reported as %s', async (iss, printed) => {
  const { failure } = await authenticate(`Bearer ${testToken({ iss })}`, { issuer: 'own' });
  expect(failure?.message).toContain(printed);
});

test('a token whose header cannot be read gets no key', async () => {
  const find = (): string => testKey;
  for (const token of ['a.b.c', '..', 'bnVsbA.e30.x']) {
    const { failure } = await authenticate(`Bearer ${token}`, { key: find, algorithms: ['HS256'] });
    expect(failure).toHaveProperty('code', 'ERR_SIGNALR_TOKEN_MALFORMED');
  }
});

test('the challenge names an error only of this package', async () => {
  const handler = jwtBearer({ key: testKey });
  const challenge = await handler.challenge?.(contextOf(undefined), new Error('secret'));
  expect(challenge?.['WWW-Authenticate']).toBe('Bearer error="invalid_token"');
  const none = await handler.challenge?.(contextOf(undefined), undefined);
  expect(none?.['WWW-Authenticate']).toBe('Bearer');
});
