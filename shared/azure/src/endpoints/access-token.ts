import { randomUUID } from 'node:crypto';
import { NegotiateError } from '@practical-signalr/server/scale-out';
import jwt from 'jsonwebtoken';
import { errorTexts } from '../error-texts.ts';

/** Algorithms that the service takes. */
export type AccessTokenAlgorithm = 'HS256' | 'HS512';

/** A key and its name. With an access key the name means nothing to the service. */
export interface SigningKey {
  readonly keyId: string;
  readonly key: string;
}

/** Claims by their names; a list stands for several claims of one name. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** Characters that a token may have: more do not fit into the headers that carry it. */
export const MAXIMUM_TOKEN_LENGTH = 4096;

export const accessKey = (key: string): SigningKey => ({ key, keyId: randomUUID() });

/**
 * A token for the service. `lifetime` is in ms.
 * @throws {NegotiateError} with status 413 when it has more than 4,096 characters.
 */
export function signAccessToken(
  { key, keyId }: SigningKey,
  audience: string,
  claims: TokenClaims,
  lifetime: number,
  algorithm: AccessTokenAlgorithm = 'HS256',
): string {
  // The key is the text itself: the service does not decode its base64.
  const token = jwt.sign({ ...claims }, Buffer.from(key, 'utf8'), {
    algorithm,
    audience,
    keyid: keyId,
    notBefore: 0,
    expiresIn: Math.max(1, Math.round(lifetime / 1000)),
  });
  if (token.length > MAXIMUM_TOKEN_LENGTH) {
    throw new NegotiateError(errorTexts.tokenTooLong(token.length, MAXIMUM_TOKEN_LENGTH), 413);
  }
  return token;
}
