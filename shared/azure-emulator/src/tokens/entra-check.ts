import type { IncomingMessage } from 'node:http';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import { bearerToken, CLOCK_TOLERANCE } from './token-check.ts';

/**
 * The issuer whose Entra ID tokens are accepted. The real issuer does not know the emulator, so use
 * an issuer of your own with your own key.
 */
export interface EntraIssuer {
  /** The claim `iss` of the tokens. */
  readonly issuer: string;
  /** The public key in PEM format. Tokens are signed with RS256 or ES256. */
  readonly publicKey: string;
}

/** The claim `aud` of tokens for the scope `https://signalr.azure.com/.default`. */
const audience = ['https://signalr.azure.com', 'https://signalr.azure.com/'] as [string, string];

/** Returns the claims of a request's Entra ID token. Undefined if there is no valid one. */
export const entraClaims = (
  request: IncomingMessage,
  issuer: EntraIssuer | undefined,
): JwtPayload | undefined => verifiedEntraToken(bearerToken(request), issuer);

/** Returns the claims of an Entra ID token. Undefined if it is not valid. */
export function verifiedEntraToken(
  token: string,
  issuer: EntraIssuer | undefined,
): JwtPayload | undefined {
  if (issuer === undefined) return undefined;
  try {
    const claims = jwt.verify(token, issuer.publicKey, {
      algorithms: ['RS256', 'ES256'],
      issuer: issuer.issuer,
      audience,
      clockTolerance: CLOCK_TOLERANCE,
    });
    return typeof claims === 'string' ? undefined : claims;
  } catch {
    return undefined;
  }
}
