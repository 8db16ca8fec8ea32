import type { IncomingMessage } from 'node:http';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import { errorTexts } from '../error-texts.ts';

/** Seconds by which clocks may differ, as .NET has it. */
export const CLOCK_TOLERANCE = 300;
/** The longest token of an app, in characters. */
const MAXIMUM_TOKEN_LENGTH = 4096;

/** Why a request is not let in. */
export class TokenRefusal {
  readonly status: 401 | 413;
  readonly text: string;

  constructor(status: 401 | 413, text: string) {
    this.status = status;
    this.text = text;
  }
}

const unauthorized = new TokenRefusal(401, errorTexts.unauthorized);
const tooLong = new TokenRefusal(413, errorTexts.tokenTooLong(MAXIMUM_TOKEN_LENGTH));

/** The token of a request, '' where there is none. */
export const bearerToken = (request: IncomingMessage): string =>
  /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';

/**
 * The claims of a request's token, or why it is refused: it is missing, expired, not valid yet, signed with another key, made for something
 * else or too long. Looks at the header, and at the query where browsers can set no header. `isFor` compares the audience without host and
 * port: servers do not know the port, and hosts are whatever the machine is called.
 */
export function verifiedClaims(
  request: IncomingMessage,
  query: URLSearchParams,
  accessKey: string,
  isFor: (audience: URL) => boolean,
): JwtPayload | TokenRefusal {
  const token = bearerToken(request) || (query.get('access_token') ?? '');
  if (token.length > MAXIMUM_TOKEN_LENGTH) return tooLong;
  try {
    const claims = jwt.verify(token, Buffer.from(accessKey, 'utf8'), {
      algorithms: ['HS256', 'HS512'],
      clockTolerance: CLOCK_TOLERANCE,
    });
    if (typeof claims === 'string') return unauthorized;
    const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud ?? ''];
    return audiences.some((audience) => URL.canParse(audience) && isFor(new URL(audience)))
      ? claims
      : unauthorized;
  } catch {
    return unauthorized;
  }
}

/** Whether a token was made for servers or clients of this hub. */
export const isForHub =
  (kind: 'server' | 'client', hub: string) =>
  ({ pathname, searchParams }: URL): boolean =>
    pathname.toLowerCase().replace(/\/$/, '') === `/${kind}` &&
    searchParams.get('hub')?.toLowerCase() === hub;
