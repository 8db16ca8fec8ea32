import type { IncomingMessage } from 'node:http';
import jwt, { type JwtPayload } from 'jsonwebtoken';

/**
 * The claims of a request's token, or undefined: it is missing, expired, signed with another key or made for something else.
 * Looks at the header, and at the query where browsers can set no header. The audience has no port: servers do not know it.
 */
export function verifiedClaims(
  request: IncomingMessage,
  url: URL,
  accessKey: string,
  audiencePath: string,
): JwtPayload | undefined {
  const header = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const token = header ?? url.searchParams.get('access_token');
  if (token === null) return undefined;
  try {
    const claims = jwt.verify(token, Buffer.from(accessKey, 'utf8'), { algorithms: ['HS256', 'HS512'] });
    if (typeof claims === 'string') return undefined;
    const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud ?? ''];
    return audiences.some((audience) => isFor(audience, audiencePath)) ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** Compares path and query: hosts are whatever the machine is called. */
function isFor(audience: string, wanted: string): boolean {
  if (!URL.canParse(audience)) return false;
  const { pathname, search } = new URL(audience);
  return (pathname + search).toLowerCase() === wanted.toLowerCase();
}
