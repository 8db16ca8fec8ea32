import type { KeyObject } from 'node:crypto';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import { errors } from '../errors.ts';
import type { TokenError } from '../token-error.ts';

/** The requirements that a token must meet. */
export interface TokenValidation {
  readonly algorithms: readonly string[];
  readonly issuer: string | readonly string[] | undefined;
  readonly audience: string | readonly string[] | undefined;
  /** In seconds, as in the token. */
  readonly clockTolerance: number;
  readonly requireExpirationTime: boolean;
}

/**
 * Returns the claims of a valid token. Throws {@link TokenError} for any other token. Its message
 * contains only the issuer and the times of the token.
 */
export function validateToken(
  token: string,
  key: KeyObject,
  validation: TokenValidation,
): JwtPayload {
  const { algorithms, issuer, audience, clockTolerance, requireExpirationTime } = validation;
  let verified: { readonly header: object; readonly payload: unknown };
  try {
    verified = jwt.verify(token, key, {
      complete: true,
      algorithms: algorithms as jwt.Algorithm[],
      clockTolerance,
      ...(issuer === undefined ? {} : { issuer: issuer as string | [string, ...string[]] }),
      ...(audience === undefined ? {} : { audience: audience as string | [string, ...string[]] }),
    });
  } catch (error) {
    throw tokenError(token, error as Error);
  }
  const { header, payload: claims } = verified;
  // RFC 7515 section 4.1.11: a token must be rejected if it requires an extension that is unknown.
  if ('crit' in header) throw errors.tokenCriticalHeader();
  if (!isClaims(claims)) throw errors.tokenMalformed();
  if (requireExpirationTime && claims.exp === undefined) {
    throw errors.tokenWithoutExpiration();
  }
  return claims;
}

/**
 * Returns the error for an error of the library, in the words of ASP.NET Core. The library's own
 * messages may quote the token, so none of them is used.
 */
function tokenError(token: string, error: Error): TokenError {
  if (error instanceof jwt.TokenExpiredError) {
    return errors.tokenExpired(formatDate(error.expiredAt));
  }
  if (error instanceof jwt.NotBeforeError) return errors.tokenNotYetValid(formatDate(error.date));
  const { message } = error;
  // An algorithm that is not allowed gets the same error as a wrong signature, so that guessing
  // reveals nothing.
  if (message === 'invalid signature' || message === 'invalid algorithm') {
    return errors.tokenKeyNotFound();
  }
  if (message === 'jwt signature is required') return errors.tokenSignatureInvalid();
  const isClaimError = /^jwt (audience|issuer) invalid/.test(message);
  // Only a token with a valid signature gets this far.
  const claims = isClaimError ? jwt.decode(token) : undefined;
  if (!isClaims(claims)) return errors.tokenMalformed();
  return message.startsWith('jwt issuer')
    ? errors.tokenIssuerInvalid(printableClaim(claims.iss))
    : errors.tokenAudienceInvalid(claims.aud === undefined ? 'empty' : '(null)');
}

/**
 * Returns whether the claims are an object. The library accepts other JSON, too. Source: RFC 7519,
 * section 7.2.
 */
const isClaims = (value: unknown): value is JwtPayload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Returns a claim for a header and the log, if it is short and plain. Otherwise returns '(null)'.
 */
function printableClaim(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' && /^[\w.:/@-]{1,200}$/.test(value) ? value : '(null)';
}

/** Returns a date as .NET's invariant culture formats it, in UTC: `12/31/2099 23:58:20`. */
function formatDate(date: Date): string {
  if (Number.isNaN(date.getTime())) return '(null)';
  const [day, time] = date.toISOString().split('T') as [string, string];
  const [year, month, dayOfMonth] = day.split('-');
  return `${month}/${dayOfMonth}/${year} ${time.slice(0, 8)}`;
}
