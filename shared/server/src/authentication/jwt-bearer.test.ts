import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Hub, jwtBearer, type JwtBearerOptions } from '../index.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { RawClient } from '../testing/raw-client.ts';
import { bearer, testKey, testToken } from '../testing/test-token.ts';

class WhoHub extends Hub {
  who(): unknown {
    return this.context.userIdentifier ?? null;
  }
}
const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const settings = { key: testKey, issuer: 'tests', audience: 'chat' } as const;
const fromQuery: JwtBearerOptions = {
  ...settings,
  events: {
    onMessageReceived(context) {
      context.token = context.request.query.get('access_token');
    },
  },
};
const encoded = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = (header: object, claims: object): string =>
  `${encoded(header)}.${encoded(claims)}`;
const claims = { iss: 'tests', aud: 'chat', sub: 'alice', exp: 4_102_444_800 };

let server: TestServer;
let witness: RawClient;
beforeAll(async () => {
  const nothing = (): void => undefined;
  server = await testServer(
    (signalr) => {
      signalr.mapHub('/header', WhoHub, {
        methods: ['who'],
        authentication: jwtBearer(settings),
        authorize: true,
      });
      signalr.mapHub('/query', WhoHub, {
        methods: ['who'],
        authentication: jwtBearer(fromQuery),
        authorize: true,
      });
      const rotating = jwtBearer({
        ...settings,
        algorithms: ['RS256'],
        key: ({ kid }) => keyNamed(kid),
      });
      signalr.mapHub('/rsa', WhoHub, {
        methods: ['who'],
        authentication: jwtBearer({ ...settings, key: rsa.publicKey }),
        authorize: true,
      });
      signalr.mapHub('/rotating', WhoHub, {
        methods: ['who'],
        authentication: rotating,
        authorize: true,
      });
      signalr.mapHub('/open', WhoHub, { methods: ['who'], authentication: jwtBearer(settings) });
      signalr.mapHub('/tolerant', WhoHub, {
        methods: ['who'],
        authentication: jwtBearer({
          ...settings,
          clockTolerance: 3_600_000,
          requireExpirationTime: false,
        }),
        authorize: true,
      });
      signalr.mapHub('/silent', WhoHub, {
        methods: ['who'],
        authentication: jwtBearer({ ...settings, includeErrorDetails: false }),
        authorize: true,
      });
    },
    { logger: { debug: nothing, info: nothing, warn: nothing, error: nothing } },
  );
  witness = await RawClient.connect(`${server.url}/header`, bearer(testToken({ sub: 'witness' })));
});
afterEach(async () => {
  witness.send('{"type":1,"invocationId":"1","target":"Who","arguments":[]}\u001e');
  expect(await witness.next()).toBe('{"type":3,"invocationId":"1","result":"witness"}');
});
afterAll(() => server.close());

async function keyNamed(kid: string | undefined): Promise<string> {
  if (kid === 'old') return otherRsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
  if (kid === 'new') return rsa.publicKey;
  if (kid === 'secret') return testKey;
  throw new Error(`no key ${kid}`);
}

async function negotiate(
  path: string,
  headers: Record<string, string> = {},
  query = '',
): Promise<unknown[]> {
  const response = await fetch(`${server.url}${path}/negotiate?negotiateVersion=1${query}`, {
    method: 'POST',
    headers,
  });
  await response.arrayBuffer();
  return [response.status, response.headers.get('www-authenticate')];
}
const invalid = (description?: string): unknown[] => [
  401,
  `Bearer error="invalid_token"${description === undefined ? '' : `, error_description="${description}"`}`,
];
/** Signed with the right key, whatever it says: the library would not sign such things. */
const signed = (claims: string): string => {
  const text = `${encoded({ alg: 'HS256' })}.${Buffer.from(claims).toString('base64url')}`;
  return `${text}.${createHmac('sha256', testKey).update(text).digest('base64url')}`;
};
const forged = (): string => {
  const text = unsigned({ alg: 'HS256', typ: 'JWT' }, claims);
  return `${text}.${createHmac('sha256', rsa.publicKey).update(text).digest('base64url')}`;
};

// The texts are what ASP.NET Core 10 answers to the same tokens.
test.each<[string, string, string, unknown[]]>([
  ['garbled', '/header', 'not-a-token', invalid()],
  ['three dots and nothing', '/header', '..', invalid()],
  ['no JSON inside', '/header', 'a.b.c', invalid()],
  ['of 15 KB', '/header', 'x'.repeat(15_000), invalid()],
  [
    'expired',
    '/header',
    testToken({ exp: 978_307_200 }),
    invalid("The token expired at '01/01/2001 00:00:00'"),
  ],
  [
    'not yet valid',
    '/header',
    testToken({ nbf: 4_102_444_700 }),
    invalid("The token is not valid before '12/31/2099 23:58:20'"),
  ],
  [
    'a text without an end is an error',
    '/header',
    testToken({ exp: undefined }),
    invalid('The token has no expiration'),
  ],
  [
    'with an end that is text',
    '/header',
    signed(JSON.stringify({ ...claims, exp: 'soon' })),
    invalid(),
  ],
  [
    'of another key',
    '/header',
    testToken({}, 'another key, which has 32 bytes too'),
    invalid('The signature key was not found'),
  ],
  [
    'of another audience',
    '/header',
    testToken({ aud: 'else' }),
    invalid("The audience '(null)' is invalid"),
  ],
  [
    'of no audience',
    '/header',
    testToken({ aud: undefined }),
    invalid("The audience 'empty' is invalid"),
  ],
  [
    'of another issuer',
    '/header',
    testToken({ iss: 'else' }),
    invalid("The issuer 'else' is invalid"),
  ],
  [
    'of an issuer that ends the header',
    '/header',
    testToken({ iss: 'a"\r\nX-Evil: 1' }),
    invalid("The issuer '(null)' is invalid"),
  ],
  [
    'of an issuer that is a number',
    '/header',
    testToken({ iss: 5 as unknown as string }),
    invalid("The issuer '(null)' is invalid"),
  ],
  ['of no issuer', '/header', testToken({ iss: undefined }), invalid("The issuer '' is invalid")],
  [
    'unsigned (alg none)',
    '/header',
    `${unsigned({ alg: 'none' }, claims)}.`,
    invalid('The signature is invalid'),
  ],
  [
    'unsigned with a signature',
    '/header',
    `${unsigned({ alg: 'none' }, claims)}.x`,
    invalid('The signature key was not found'),
  ],
  [
    'of another algorithm',
    '/header',
    testToken({}, testKey.repeat(2), { algorithm: 'HS512' }),
    invalid('The signature key was not found'),
  ],
  [
    'of a public key as secret (alg swap)',
    '/rsa',
    forged(),
    invalid('The signature key was not found'),
  ],
  [
    'the same, key from a function',
    '/rotating',
    forged(),
    invalid('The signature key was not found'),
  ],
  [
    'of a key that the function does not know',
    '/rotating',
    testToken({}, rsa.privateKey, { algorithm: 'RS256', keyid: 'x' }),
    invalid('The signature key was not found'),
  ],
  [
    'for which the function finds a secret',
    '/rotating',
    testToken({}, rsa.privateKey, { algorithm: 'RS256', keyid: 'secret' }),
    invalid('The signature key was not found'),
  ],
  ...[['exp'], ['b64'], ['x'], [], 'x', null].map((crit): [string, string, string, unknown[]] => [
    `one with the critical header ${JSON.stringify(crit)}`,
    '/header',
    testToken({}, testKey, { header: { alg: 'HS256', crit: crit as string[] } }),
    invalid('The token requires an extension that is not supported'),
  ]),
  ['a bad one where details are off', '/silent', 'not-a-token', [401, 'Bearer']],
  ['expired where details are off', '/silent', testToken({ exp: 1 }), [401, 'Bearer']],
  [
    'text that is no JSON, where a function finds the key',
    '/rotating',
    `${encoded({ alg: 'RS256', typ: 'JWT' })}.${Buffer.from('{').toString('base64url')}.c2ln`,
    invalid(),
  ],
  ['text instead of claims', '/header', signed('"claims"'), invalid()],
  ['a list instead of claims', '/header', signed('[1]'), invalid()],
  ['null instead of claims', '/header', signed('null'), invalid()],
])(
  'a token that is %s is refused, on negotiation and on a WebSocket',
  async (_name, path, token, answer) => {
    expect(await negotiate(path, bearer(token))).toEqual(answer);
    await expect(RawClient.open(`${server.url}${path}`, bearer(token))).rejects.toThrow(
      'status 401',
    );
  },
);

test('Node refuses a token over its header limit', async () => {
  expect((await negotiate('/header', bearer('x'.repeat(17_000))))[0]).toBe(431);
  expect((await negotiate('/query', {}, `&access_token=${'x'.repeat(17_000)}`))[0]).toBe(431);
});

test.each<[string, string, Record<string, string>, string]>([
  ['in the header', '/header', bearer(testToken({ sub: 'alice' })), ''],
  ['with the scheme in lower case', '/header', { authorization: `bearer  ${testToken({})} ` }, ''],
  ['of a list of audiences', '/header', bearer(testToken({ aud: ['x', 'chat'] })), ''],
  ['in the query where that is read', '/query', {}, `&access_token=${testToken({})}`],
  ['in the header where the query is empty', '/query', bearer(testToken({})), '&access_token='],
  ['of a public key', '/rsa', bearer(testToken({}, rsa.privateKey, { algorithm: 'RS256' })), ''],
  [
    'of the old key',
    '/rotating',
    bearer(testToken({}, otherRsa.privateKey, { algorithm: 'RS256', keyid: 'old' })),
    '',
  ],
  [
    'of the new key',
    '/rotating',
    bearer(testToken({}, rsa.privateKey, { algorithm: 'RS256', keyid: 'new' })),
    '',
  ],
  [
    'just expired within the tolerance',
    '/tolerant',
    bearer(testToken({ exp: Math.floor(Date.now() / 1000) - 5 })),
    '',
  ],
  [
    'without an end where none is asked for',
    '/tolerant',
    bearer(testToken({ exp: undefined })),
    '',
  ],
  ['bad, where anyone may connect', '/open', bearer('garbled'), ''],
])('a token %s is accepted', async (_name, path, headers, query) => {
  expect(await negotiate(path, headers, query)).toEqual([200, null]);
});

test.each<[string, string, Record<string, string>, string, unknown[]]>([
  ['no token', '/header', {}, '', [401, 'Bearer']],
  ['another scheme', '/header', { authorization: 'Basic dXNlcjpwdw==' }, '', [401, 'Bearer']],
  ['an empty token', '/header', { authorization: 'Bearer ' }, '', [401, 'Bearer']],
  [
    'a token in the query where only the header counts',
    '/header',
    {},
    `&access_token=${testToken({})}`,
    [401, 'Bearer'],
  ],
  [
    'two tokens in the query',
    '/query',
    {},
    `&access_token=${testToken({})}&access_token=${testToken({})}`,
    invalid(),
  ],
  [
    'a bad token in the query and a good one in the header',
    '/query',
    bearer(testToken({})),
    '&access_token=x',
    invalid(),
  ],
])('%s is refused', async (_name, path, headers, query, answer) => {
  expect(await negotiate(path, headers, query)).toEqual(answer);
});

test('the token is checked before the request', async () => {
  for (const init of [{ method: 'GET' }, { method: 'PUT' }, { method: 'DELETE' }]) {
    for (const path of ['/header', '/header/negotiate', '/header?id=unknown']) {
      expect((await fetch(`${server.url}${path}`, init)).status).toBe(401);
    }
  }
});

test.each<[string, object, string]>([
  ['no key', { key: undefined }, 'has no key'],
  ['an empty key', { key: '' }, 'has no key'],
  ['a key that is a number', { key: 7 }, 'has no key'],
  ['a short secret', { key: 'short' }, 'at least 32 bytes'],
  [
    'a secret too short for its algorithm',
    { key: testKey, algorithms: ['HS512'] },
    'cannot be used with HS512',
  ],
  [
    'a public key as HMAC secret',
    { key: rsa.publicKey, algorithms: ['HS256'] },
    'never used as a secret',
  ],
  [
    'the same as KeyObject',
    { key: createPublicKey(rsa.publicKey), algorithms: ['RS256', 'HS256'] },
    'HS256',
  ],
  ['half a PEM', { key: '-----BEGIN PUBLIC KEY-----\nMIIB' }, 'cannot be read'],
  ['algorithm none', { key: testKey, algorithms: ['none'] }, 'Unsigned tokens are never accepted'],
  ['no algorithms', { key: testKey, algorithms: [] }, 'has no algorithms'],
  ['a key function without algorithms', { key: () => testKey }, 'has no algorithms'],
  ['a key function, no algorithms', { key: () => testKey, algorithms: [] }, 'has no algorithms'],
  [
    'a key function with both kinds',
    { key: () => testKey, algorithms: ['HS256', 'RS256'] },
    'does not mix',
  ],
  ['an empty issuer', { key: testKey, issuer: '' }, "'issuer'"],
  ['no audience in the list', { key: testKey, audience: [] }, "'audience'"],
  ['a negative tolerance', { key: testKey, clockTolerance: -1 }, 'clockTolerance'],
])('jwtBearer refuses: %s', (_name, options, text) => {
  expect(() => jwtBearer(options as JwtBearerOptions)).toThrow(text);
});

test('where tokens need no end, one without an end does not expire, and text is no token', async () => {
  const handler = jwtBearer({ key: testKey, requireExpirationTime: false });
  const authenticate = (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return handler.authenticate({ request: { headers, query: new Map() } } as never);
  };
  const { ticket } = await authenticate(testToken({ sub: 'ann', exp: undefined }));
  expect(ticket).toMatchObject({ user: { sub: 'ann' }, expiresAt: undefined });
  const { failure } = await authenticate(signed('"claims"'));
  expect(failure).toMatchObject({ code: 'ERR_SIGNALR_TOKEN_MALFORMED' });
});
