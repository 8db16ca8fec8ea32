import { createPublicKey, createSecretKey, KeyObject } from 'node:crypto';
import { errors } from '../errors.ts';

/** A secret, a public key in PEM, or either as Node's `KeyObject`. */
export type VerificationKey = string | Buffer | KeyObject;

/**
 * Algorithms of a token that can be checked; `none` is not among them. Source: RFC 7518 section
 * 3.1.
 */
export type JwtAlgorithm =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512';

/** The header of a token, not verified. Source: RFC 7515 section 4.1. */
export interface JwtHeader {
  readonly alg: string;
  /** Names the key. */
  readonly kid?: string;
  readonly [parameter: string]: unknown;
}

/** RFC 7518 section 3.2: a secret has at least as many bytes as the hash. */
const secretSizes: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };
const curves: Readonly<Record<string, readonly JwtAlgorithm[]>> = {
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
};
const pss: readonly JwtAlgorithm[] = ['PS256', 'PS384', 'PS512'];
const rsa: readonly JwtAlgorithm[] = ['RS256', 'RS384', 'RS512', ...pss];
export const algorithms: readonly string[] = [
  'HS256',
  'HS384',
  'HS512',
  ...rsa,
  'ES256',
  'ES384',
  'ES512',
];

/**
 * Returns the key as a `KeyObject`. A string that is not PEM is a secret, and a private key is
 * replaced by its public key. Throws if the key is empty or cannot be read.
 */
export function verificationKey(key: VerificationKey): KeyObject {
  if (key instanceof KeyObject) return key.type === 'private' ? createPublicKey(key) : key;
  if (typeof key !== 'string' && !Buffer.isBuffer(key)) throw errors.jwtKeyMissing();
  if (key.length === 0) throw errors.jwtKeyMissing();
  if (key.includes('-----BEGIN')) {
    try {
      return createPublicKey(key);
    } catch {
      throw errors.jwtKeyUnreadable(); // OpenSSL's message does not help a user
    }
  }
  return createSecretKey(typeof key === 'string' ? Buffer.from(key) : key);
}

/**
 * Returns the algorithms that a key can be used with, the usual one first. A public key must not be
 * used with HMAC. Otherwise everyone who knows the public key could sign (RFC 8725 section 2.1).
 */
export function algorithmsOf(key: KeyObject): readonly string[] {
  if (key.type === 'secret') {
    return Object.keys(secretSizes).filter(
      (name) => (key.symmetricKeySize ?? 0) >= (secretSizes[name] as number),
    );
  }
  if (key.asymmetricKeyType === 'rsa') return rsa;
  if (key.asymmetricKeyType === 'rsa-pss') return pss;
  return curves[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? [];
}
