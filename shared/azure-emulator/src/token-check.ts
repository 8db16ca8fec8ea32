import type { IncomingMessage } from 'node:http';
import jwt, { type JwtPayload } from 'jsonwebtoken';

/** Seconds by which clocks may differ, as .NET has it. */
const CLOCK_TOLERANCE = 300;

/**
 * The claims of a request's token, or undefined: it is missing, expired, signed with another key or made for something else.
 * Looks at the header, and at the query where browsers can set no header. `isFor` compares the audience without host and port: servers
 * do not know the port, and hosts are whatever the machine is called.
 */
export function verifiedClaims(
  request: IncomingMessage,
  query: URLSearchParams,
  accessKey: string,
  isFor: (audience: URL) => boolean,
): JwtPayload | undefined {
  const header = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const token = header ?? query.get('access_token') ?? '';
  try {
    const claims = jwt.verify(token, Buffer.from(accessKey, 'utf8'), {
      algorithms: ['HS256', 'HS512'],
      clockTolerance: CLOCK_TOLERANCE,
    });
    if (typeof claims === 'string') return undefined;
    const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud ?? ''];
    return audiences.some((audience) => URL.canParse(audience) && isFor(new URL(audience))) ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a token was made for servers or clients of this hub. */
export const isForHub =
  (kind: 'server' | 'client', hub: string) =>
  ({ pathname, searchParams }: URL): boolean =>
    pathname.toLowerCase().replace(/\/$/, '') === `/${kind}` && searchParams.get('hub')?.toLowerCase() === hub;
