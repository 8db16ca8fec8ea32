import type { KeyObject } from 'node:crypto';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import { errorTexts } from '../error-texts.ts';

/** A token that is not good. `description` goes to the client, in ASP.NET Core's words; the message to the log. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly description: string | undefined;

  constructor(message: string, description?: string, options?: ErrorOptions) {
    super(message, options);
    this.description = description;
  }
}

/** What a token must be. */
export interface TokenValidation {
  readonly algorithms: readonly string[];
  readonly issuer: string | readonly string[] | undefined;
  readonly audience: string | readonly string[] | undefined;
  /** In seconds, as in the token. */
  readonly clockTolerance: number;
  readonly requireExpirationTime: boolean;
}

/** The claims of a good token. Throws {TokenError} for any other; its texts hold nothing of the token but its issuer and times. */
export function validateToken(
  token: string,
  key: KeyObject,
  validation: TokenValidation,
): JwtPayload {
  const { algorithms, issuer, audience, clockTolerance, requireExpirationTime } = validation;
  let claims: unknown;
  try {
    claims = jwt.verify(token, key, {
      algorithms: algorithms as jwt.Algorithm[],
      clockTolerance,
      ...(issuer === undefined ? {} : { issuer: issuer as string | [string, ...string[]] }),
      ...(audience === undefined ? {} : { audience: audience as string | [string, ...string[]] }),
    });
  } catch (error) {
    throw tokenError(token, error as Error);
  }
  if (!isClaims(claims)) throw malformedToken();
  if (requireExpirationTime && claims.exp === undefined) {
    throw new TokenError(errorTexts.tokenWithoutExpiration, errorTexts.tokenWithoutExpiration);
  }
  return claims;
}

export const malformedToken = (): TokenError => new TokenError(errorTexts.tokenMalformed);
/** Also for an algorithm that does not count: whoever guesses learns nothing. */
export const unknownKey = (cause?: unknown): TokenError =>
  new TokenError(
    errorTexts.signatureKeyNotFound,
    errorTexts.signatureKeyNotFound,
    cause === undefined ? {} : { cause },
  );

/** The library's errors as ASP.NET Core would say them. Their own texts may quote the token, so none is passed on. */
function tokenError(token: string, error: Error): TokenError {
  const said = (text: string): TokenError => new TokenError(text, text);
  if (error instanceof jwt.TokenExpiredError)
    return said(errorTexts.tokenExpired(dateText(error.expiredAt)));
  if (error instanceof jwt.NotBeforeError)
    return said(errorTexts.tokenNotYetValid(dateText(error.date)));
  const { message } = error;
  if (/^invalid (signature|algorithm)|must be an? (a?symmetric) key/.test(message))
    return unknownKey();
  if (message === 'jwt signature is required') return said(errorTexts.signatureInvalid);
  const claims = /^jwt (audience|issuer) invalid/.test(message) ? jwt.decode(token) : undefined; // its signature was good
  if (!isClaims(claims)) return malformedToken();
  if (message.startsWith('jwt issuer'))
    return said(errorTexts.issuerInvalid(shortText(claims.iss)));
  return said(errorTexts.audienceInvalid(claims.aud === undefined ? 'empty' : '(null)'));
}

/** RFC 7519 section 7.2: the claims are an object; the library lets other JSON pass. */
const isClaims = (value: unknown): value is JwtPayload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a token says goes into a header and a log only where it is short and plain. */
const shortText = (value: unknown): string =>
  value === undefined
    ? ''
    : typeof value === 'string' && /^[\w.:/@-]{1,200}$/.test(value)
      ? value
      : '(null)';

/** `12/31/2099 23:58:20`: .NET's invariant culture, UTC. */
function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return '(null)';
  const [day, time] = date.toISOString().split('T') as [string, string];
  const [year, month, dayOfMonth] = day.split('-');
  return `${month}/${dayOfMonth}/${year} ${time.slice(0, 8)}`;
}
