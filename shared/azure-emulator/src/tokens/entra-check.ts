import type { IncomingMessage } from 'node:http';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import { bearerToken, CLOCK_TOLERANCE } from './token-check.ts';

/** Whose Entra ID tokens are taken. The real issuer knows nothing of an emulator, so this one is a stand-in with a key of yours. */
export interface EntraIssuer {
  /** The claim `iss` of its tokens. */
  readonly issuer: string;
  /** PEM; its tokens are signed with RS256 or ES256. */
  readonly publicKey: string;
}

/** The claim `aud`: whom the scope `https://signalr.azure.com/.default` makes a token for. */
const audience = ['https://signalr.azure.com', 'https://signalr.azure.com/'] as [string, string];

/** The claims of a request with a token of the issuer, undefined where it has none. */
export const entraClaims = (
  request: IncomingMessage,
  issuer: EntraIssuer | undefined,
): JwtPayload | undefined => verifiedEntraToken(bearerToken(request), issuer);

/** The claims of a token of the issuer, undefined where it is none. */
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
