import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import jwt from 'jsonwebtoken';
import { afterEach, expect, test, vi } from 'vitest';
import { resolveConnectionTokens } from './connection-token-options.ts';
import { ConnectionTokens } from './connection-tokens.ts';

const key = 'a key for tests alone, 32 bytes or more of it';
const newer = 'a newer key for tests alone, as long as it has to be';
const tokensWith = (keys: readonly string[], path = '/chat', lifetime = 5000): ConnectionTokens =>
  new ConnectionTokens(resolveConnectionTokens({ keys, lifetime }), path);
const make = (tokens: ConnectionTokens, user?: string): string =>
  tokens.create({ user, useStatefulReconnect: false }).token;

afterEach(() => {
  vi.useRealTimers();
});

test('a server with the same key reads the whole content of a token', () => {
  const issuer = tokensWith([key]);
  const { token, connectionId } = issuer.create({ user: 'id ann', useStatefulReconnect: true });
  const read = tokensWith([key]).read(token);
  const content = { connectionId, useStatefulReconnect: true };
  expect(read).toMatchObject({ ...content, isFromThisServer: false });
  expect(issuer.read(token)).toMatchObject({ ...content, isFromThisServer: true });
  expect([read?.isOf('id ann'), read?.isOf('id bob'), read?.isOf(undefined)]).toEqual([
    true,
    false,
    false,
  ]);
  const nobody = tokensWith([key]).read(make(tokensWith([key])));
  expect([nobody?.isOf(undefined), nobody?.isOf('id ann')]).toEqual([true, false]);
});

test('a token does not show its user, and two tokens of one user cannot be matched', () => {
  const tokens = tokensWith([key]);
  const subs = ['a', 'b'].map(() => (jwt.decode(make(tokens, 'id ann')) as jwt.JwtPayload).sub);
  expect(subs[0]).toMatch(/^[\w-]{43}$/);
  expect(subs[0]).not.toBe(subs[1]);
});

test('a token that is signed with another key, for another path or with the bare secret is refused', () => {
  const token = make(tokensWith([key]));
  expect(tokensWith([newer]).read(token)).toBeUndefined();
  expect(tokensWith([key], '/other').read(token)).toBeUndefined();
  expect(tokensWith([key]).read(jwt.sign({ jti: 'id', exp: 2 ** 33 }, key))).toBeUndefined();
  // And the other way round: it is no access token where an app uses one secret for both.
  expect(() => jwt.verify(token, key)).toThrow('invalid signature');
});

test('key rotation: the first key signs, and all keys are accepted', () => {
  const [before, between, after, end] = [[key], [key, newer], [newer, key], [newer]].map((keys) =>
    tokensWith(keys),
  );
  expect(between?.read(make(before!))).toBeDefined();
  expect(before?.read(make(between!))).toBeDefined();
  expect(between?.read(make(after!, 'id ann'))?.isOf('id ann')).toBe(true);
  expect(after?.read(make(between!, 'id ann'))?.isOf('id ann')).toBe(true);
  expect(end?.read(make(after!))).toBeDefined();
  expect(end?.read(make(before!))).toBeUndefined();
});

test('a token expires to the millisecond', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_300 });
  const tokens = tokensWith([key], '/chat', 500);
  const token = make(tokens);
  vi.setSystemTime(1_800_000_000_799);
  expect(tokens.read(token)).toBeDefined();
  vi.setSystemTime(1_800_000_000_800);
  expect(tokens.read(token)).toBeUndefined();
});

test('a used token does not open a second connection on this server', () => {
  const tokens = tokensWith([key]);
  const token = make(tokens);
  tokens.read(token)?.markUsed();
  expect(tokens.read(token)).toBeUndefined();
  expect(tokensWith([key]).read(token)).toBeDefined(); // other servers do not know that it is used
  expect(tokens.read(make(tokens))).toBeDefined();
});

test('a token with another spelling of its signature is refused', () => {
  const tokens = tokensWith([key]);
  const token = make(tokens);
  const last = token.at(-1) as string;
  const other = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    .split('')
    .find(
      (character) =>
        character !== last &&
        Buffer.from(`${token.slice(0, -1)}${character}`.split('.')[2] ?? '', 'base64url').equals(
          Buffer.from(token.split('.')[2] ?? '', 'base64url'),
        ),
    );
  expect(other).toBeDefined();
  expect(tokens.read(token.slice(0, -1) + other)).toBeUndefined();
});

test('tampered, truncated, unsigned, oversized and random tokens are refused', () => {
  const tokens = tokensWith([key]);
  const token = make(tokens);
  const [header, , signature] = token.split('.') as [string, string, string];
  const payload = (claims: object): string =>
    Buffer.from(JSON.stringify(claims)).toString('base64url');
  const none = payload({ alg: 'none', typ: 'JWT' });
  const claims = { jti: 'other', exp: 2 ** 33 };
  const ours = createSecretKey(Buffer.from(key));
  const bad = [
    `${header}.${payload(claims)}.${signature}`,
    `${none}.${payload(claims)}.`,
    `${none}.${payload(claims)}.${signature}`,
    token.slice(0, -1),
    `${token.slice(0, -4)}AAAA`,
    `${token}${'A'.repeat(2000)}`,
    'A'.repeat(10_000),
    jwt.sign(claims, ours, { algorithm: 'HS512' }),
    '',
    '..',
    'null',
  ];
  for (const text of bad) expect(tokens.read(text), text.slice(0, 80)).toBeUndefined();
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => tokens.read(text) === undefined));
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.integer({ min: 1, max: 127 }), (at, flip) => {
      const code = token.charCodeAt(at) ^ flip;
      const changed = token.slice(0, at) + String.fromCharCode(code) + token.slice(at + 1);
      return tokens.read(changed) === undefined;
    }),
  );
});

test('invalid options throw errors that do not quote the key', () => {
  const pem = '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----';
  const mistakes: [unknown, string][] = [
    [{}, 'has no keys. Pass an array of secrets'],
    [{ keys: [] }, 'has no keys. Pass an array of secrets'],
    [{ keys: key }, 'has no keys. Pass an array of secrets'],
    [
      { keys: [key, 'too short'] },
      "Key 2 of 'connectionTokens' must be a secret string of at least 32 bytes",
    ],
    [{ keys: [undefined] }, 'Is the environment variable set?'],
    [{ keys: [pem] }, "Key 1 of 'connectionTokens' must be a secret string"],
    [
      { keys: [key], lifetime: 0 },
      "'connectionTokens.lifetime' must be a number of ms greater than 0",
    ],
    [{ keys: [key], lifetime: Infinity }, 'at most 300000'],
    [{ keys: [key], lifetime: '15' }, "'connectionTokens.lifetime' must be a number of ms"],
    [{ keys: [key], expiry: 1 }, "'connectionTokens.expiry' is not an option"],
  ];
  for (const [options, text] of mistakes) {
    const resolve = (): unknown => resolveConnectionTokens(options as never);
    expect(resolve).toThrow(text);
    expect(resolve).not.toThrow(/too short|tests alone/);
  }
});
