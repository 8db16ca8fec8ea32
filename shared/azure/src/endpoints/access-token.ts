import { createSecretKey, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { errors } from '../errors.ts';

/** The algorithms that the service accepts. */
export type AccessTokenAlgorithm = 'HS256' | 'HS512';

/** A key and its id. The service ignores the id of an access key. */
export interface SigningKey {
  readonly keyId: string;
  readonly key: string;
}

/** Claims by name. An array means several claims with the same name. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** The maximum length of a token, in characters. The service accepts no longer ones. */
export const MAXIMUM_TOKEN_LENGTH = 4096;

export const accessKey = (key: string): SigningKey => ({ key, keyId: randomUUID() });

/**
 * Returns a signed token for the service. `lifetime` is in ms.
 * @throws {NegotiateError} with status 413 if the token has more than 4,096 characters
 * (`ERR_SIGNALR_AZURE_TOKEN_TOO_LONG`).
 */
export function signAccessToken(
  { key, keyId }: SigningKey,
  audience: string,
  claims: TokenClaims,
  lifetime: number,
  algorithm: AccessTokenAlgorithm = 'HS256',
): string {
  // The key is the UTF-8 bytes of the string. The service does not decode it as base64. Without
  // createSecretKey, the library first looks for a private key in it, which takes 0.4 ms.
  const token = jwt.sign({ ...claims }, createSecretKey(key, 'utf8'), {
    algorithm,
    audience,
    keyid: keyId,
    notBefore: 0,
    expiresIn: Math.max(1, Math.round(lifetime / 1000)),
  });
  if (token.length > MAXIMUM_TOKEN_LENGTH) {
    throw errors.tokenTooLong(token.length, MAXIMUM_TOKEN_LENGTH);
  }
  return token;
}
