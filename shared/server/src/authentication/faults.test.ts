import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  type AuthenticationHandler,
  Hub,
  jwtBearer,
  type JwtBearerEvents,
  type MapHubOptions,
} from '../index.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { RawClient } from '../testing/raw-client.ts';
import { TestTimeout } from '../testing/test-timeout.ts';
import { bearer, testKey, testToken } from '../testing/test-token.ts';

class WhoHub extends Hub {
  who(): unknown {
    return this.context.userIdentifier ?? null;
  }
}
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const good = testToken({ sub: 'alice' });
const signedByRsa = testToken({ sub: 'alice' }, rsa.privateKey, { algorithm: 'RS256', keyid: 'k' });
const logger = new CollectingLogger();
const who = '{"type":1,"invocationId":"1","target":"Who","arguments":[]}\u001e';

/** Throws an error whose message contains the token, as careless code does. */
function broken(): never {
  throw new Error(`it broke over ${good} and ${signedByRsa}`);
}
const rejecting = async (): Promise<never> => broken();

let server: TestServer;
let handshakeTimeout: TestTimeout;
let witness: RawClient;
let hubs = 0;
beforeAll(async () => {
  handshakeTimeout = new TestTimeout();
  server = await testServer(
    (signalr) =>
      signalr.mapHub('/good', WhoHub, {
        methods: ['who'],
        authentication: jwtBearer({ key: testKey }),
        authorize: true,
      }),
    { logger, handshakeTimeout: handshakeTimeout.ms },
  );
  witness = await RawClient.connect(`${server.url}/good`, bearer(good));
});
afterEach(async () => {
  // Whatever broke, others are served, and the log holds no token.
  witness.send(who);
  expect(await witness.next()).toBe('{"type":3,"invocationId":"1","result":"alice"}');
  expect(logger.lines.filter((line) => line.includes(good) || line.includes(signedByRsa))).toEqual(
    [],
  );
});
afterAll(async () => {
  await server.close();
  handshakeTimeout[Symbol.dispose]();
});

function map(options: Partial<MapHubOptions<WhoHub>>): string {
  const path = `/hub${hubs++}`;
  server.signalr.mapHub(path, WhoHub, { methods: ['who'], authorize: true, ...options });
  return server.url + path;
}
async function answers(url: string, token: string): Promise<unknown> {
  const response = await fetch(`${url}/negotiate`, { method: 'POST', headers: bearer(token) });
  expect(await response.text()).toBe('');
  await expect(RawClient.open(url, bearer(token))).rejects.toThrow(`status ${response.status}`);
  return [response.status, response.headers.get('www-authenticate')];
}
const unknownKey = [
  401,
  'Bearer error="invalid_token", error_description="The signature key was not found"',
];

test.each<[string, () => never | Promise<never>]>([
  ['throws', broken],
  ['rejects', rejecting],
  ['finds nothing', () => undefined as never],
  ['finds a number', () => 7 as never],
  ['finds half a PEM', () => '-----BEGIN PUBLIC KEY-----' as never],
  ['finds a private key of another kind', () => generateKeyPairSync('ed25519').privateKey as never],
])('a key function that %s refuses the token', async (_name, key) => {
  const url = map({ authentication: jwtBearer({ key, algorithms: ['RS256'] }) });
  expect(await answers(url, signedByRsa)).toEqual(unknownKey);
  expect(logger.lines.at(-1)).toMatch(
    /^warn The key of a token was not found. A request to \/hub\d+ was refused\./,
  );
});

test('a key function is not called for a token whose algorithm is not allowed', async () => {
  let calls = 0;
  const key = () => {
    calls++;
    return rsa.publicKey;
  };
  const url = map({ authentication: jwtBearer({ key, algorithms: ['RS256'] }) });
  expect(await answers(url, good)).toEqual(unknownKey);
  expect(calls).toBe(0);
});

test('a key function that does not resolve times out', async () => {
  const url = map({
    authentication: jwtBearer({ key: () => new Promise(() => undefined), algorithms: ['RS256'] }),
  });
  const answer = await handshakeTimeout.elapseUntil(answers(url, signedByRsa));
  expect(answer).toEqual([500, null]);
  const expected = `Authentication took longer than ${handshakeTimeout.ms} ms. Make the handler`;
  expect(logger.lines.at(-1)).toContain(expected);
});

test.each<[string, JwtBearerEvents, string]>([
  ['onMessageReceived throws', { onMessageReceived: broken }, good],
  ['onMessageReceived rejects', { onMessageReceived: rejecting }, good],
  ['onTokenValidated throws', { onTokenValidated: broken }, good],
  ['onTokenValidated rejects', { onTokenValidated: rejecting }, good],
  ['onAuthenticationFailed throws', { onAuthenticationFailed: broken }, signedByRsa],
  ['onAuthenticationFailed rejects', { onAuthenticationFailed: rejecting }, signedByRsa],
  ['onChallenge throws', { onChallenge: broken }, signedByRsa],
  ['onChallenge rejects', { onChallenge: rejecting }, signedByRsa],
])('%s: the caller is refused', async (_name, events, token) => {
  const url = map({ authentication: jwtBearer({ key: testKey, events }) });
  expect(await answers(url, token)).toEqual([500, null]);
  expect(logger.lines.at(-1)).toMatch(
    /^error Authentication of a request to \/hub\d+ failed.* it broke over \[redacted\]/s,
  );
});

test('a hook that sets a token that is not a string is refused', async () => {
  const events: JwtBearerEvents = {
    onMessageReceived: (context) => void (context.token = [good] as never),
  };
  const url = map({ authentication: jwtBearer({ key: testKey, events }) });
  expect(await answers(url, good)).toEqual([401, 'Bearer error="invalid_token"']);
});

test.each<[string, AuthenticationHandler]>([
  ['throws', { authenticate: broken }],
  ['rejects', { authenticate: rejecting }],
  ['answers nothing', { authenticate: () => undefined as never }],
  [
    'throws something that is no error',
    {
      authenticate: () => {
        throw good as unknown;
      },
    },
  ],
  ['cannot challenge', { authenticate: () => ({}), challenge: broken }],
])('with a custom authentication that %s, the caller is refused', async (_name, authentication) => {
  expect(await answers(map({ authentication }), good)).toEqual([500, null]);
});

test.each([
  [null, 'null'],
  [undefined, 'null'],
  ['ann', '"ann"'],
  [5, '"5"'],
])(
  'a userIdProvider that returns %j connects the client with the user id %s',
  async (userId, expected) => {
    const url = map({
      authentication: jwtBearer({ key: testKey }),
      userIdProvider: { getUserId: () => userId as string | null | undefined },
    });
    const client = await RawClient.connect(url, bearer(good));
    client.send('{"type":1,"invocationId":"1","target":"Who","arguments":[]}\u001e');
    expect(await client.next()).toBe(`{"type":3,"invocationId":"1","result":${expected}}`);
    client.close();
  },
);

test.each([{}, Promise.resolve('ann'), true, Symbol('ann')])(
  'a userIdProvider that returns %s refuses the handshake',
  async (userId) => {
    const url = map({
      authentication: jwtBearer({ key: testKey }),
      userIdProvider: { getUserId: () => userId as unknown as string },
    });
    const client = await RawClient.open(url, bearer(good));
    client.send('{"protocol":"json","version":1}\u001e');
    expect((await client.end()).records[0]).toContain('unexpected error');
    expect(logger.lines.at(-1)).toContain("returned a value of type '");
  },
);

test('a userIdProvider that throws refuses the handshake', async () => {
  const url = map({
    authentication: jwtBearer({ key: testKey }),
    userIdProvider: { getUserId: broken },
  });
  const client = await RawClient.open(url, bearer(good));
  client.send('{"protocol":"json","version":1}\u001e');
  expect(await client.end()).toEqual({
    records: ['{"error":"An unexpected error occurred during connection handshake."}'],
    code: 1000,
  });
  expect(logger.lines.at(-1)).toMatch(
    /^error The userIdProvider failed. Connection \S+ was refused\. .*\[redacted\]/s,
  );
});

test('the events receive their arguments and can change the response', async () => {
  const seen: unknown[] = [];
  const url = map({
    authentication: jwtBearer({
      key: testKey,
      events: {
        onTokenValidated(context) {
          seen.push(context.user['sub']);
          if (context.user['sub'] === 'revoked') context.fail('revoked');
          context.user = { ...context.user, sub: 'renamed' };
        },
        onAuthenticationFailed: ({ error }) => void seen.push(error.message),
        onChallenge(context) {
          seen.push(context.error ?? null);
          context.errorDescription = 'say "please"\r\nX-Evil: 1';
          context.errorUri = 'https://example.org/help';
        },
      },
    }),
  });
  const client = await RawClient.connect(url, bearer(good));
  client.send(who);
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"renamed"}');
  client.close();
  const refused = await fetch(`${url}/negotiate`, {
    method: 'POST',
    headers: bearer(testToken({ sub: 'revoked' })),
  });
  const said = String.raw`error_description="say \"please\"X-Evil: 1", error_uri="https://example.org/help"`;
  expect(refused.headers.get('www-authenticate')).toBe(`Bearer error="invalid_token", ${said}`);
  const anonymous = await fetch(`${url}/negotiate`, { method: 'POST' });
  expect(anonymous.headers.get('www-authenticate')).toBe(`Bearer ${said}`);
  expect(seen).toEqual(['alice', 'revoked', 'revoked', 'invalid_token', null]);
});

test('a caller whose authentication completes while the server closes is refused', async () => {
  let found: (key: string) => void = () => undefined;
  let notifyKeyCall: () => void = () => undefined;
  const keyCall = new Promise<void>((resolve) => (notifyKeyCall = resolve));
  const key = (): Promise<string> => {
    notifyKeyCall();
    return new Promise((resolve) => (found = resolve));
  };
  const closing = await testServer(
    (signalr) =>
      signalr.mapHub('/hub', WhoHub, {
        methods: ['who'],
        authentication: jwtBearer({ key, algorithms: ['HS256'] }),
      }),
    { logger },
  );
  const refused = expect(RawClient.open(`${closing.url}/hub`, bearer(good))).rejects.toThrow(
    'status 503',
  );
  await keyCall;
  await closing.signalr.close();
  found(testKey);
  await refused;
  await closing.close();
});
