import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { algorithmsOf, verificationKey } from './verification-key.ts';

const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const pemOf = (type: 'spki' | 'pkcs8'): string =>
  (type === 'spki' ? ec.publicKey : ec.privateKey).export({
    type,
    format: 'pem',
  } as never) as string;

test('a private key is replaced by its public key, and others stay as they are', () => {
  expect(verificationKey(ec.privateKey).type).toBe('public');
  expect(verificationKey(ec.publicKey)).toBe(ec.publicKey);
  const secret = createSecretKey(randomBytes(32));
  expect(verificationKey(secret)).toBe(secret);
  expect([pemOf('spki'), pemOf('pkcs8')].map((pem) => verificationKey(pem).type)).toEqual([
    'public',
    'public',
  ]);
});

test('a secret is used byte for byte, as text or as bytes', () => {
  const bytes = Buffer.from('über 32 bytes of a secret, with ü');
  expect(verificationKey(bytes).export()).toEqual(bytes);
  expect(verificationKey(bytes.toString()).export()).toEqual(bytes);
});

// RFC 7518, section 3.2: a secret has at least as many bytes as the hash.
test.each([
  [31, []],
  [32, ['HS256']],
  [47, ['HS256']],
  [48, ['HS256', 'HS384']],
  [63, ['HS256', 'HS384']],
  [64, ['HS256', 'HS384', 'HS512']],
])('a secret of %d bytes can be used with %j', (size, algorithms) => {
  expect(algorithmsOf(verificationKey(randomBytes(size)))).toEqual(algorithms);
});

test.each([
  ['prime256v1', ['ES256']],
  ['secp384r1', ['ES384']],
  ['secp521r1', ['ES512']],
  ['secp256k1', []],
])('a key of the curve %s can be used with %j', (namedCurve, algorithms) => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve });
  expect(algorithmsOf(publicKey)).toEqual(algorithms);
});

test('keys of other kinds have their own algorithms, and a public key never one with a secret', () => {
  const rsaPss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey;
  expect(algorithmsOf(rsaPss)).toEqual(['PS256', 'PS384', 'PS512']);
  expect(algorithmsOf(generateKeyPairSync('ed25519').publicKey)).toEqual([]);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  expect(algorithmsOf(rsa)).toEqual(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']);
});
