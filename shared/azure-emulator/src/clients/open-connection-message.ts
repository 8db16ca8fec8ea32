import type { IncomingMessage } from 'node:http';
import type { JwtPayload } from 'jsonwebtoken';
import {
  type Claims,
  longClaimTypes,
  type MessageOf,
  ServiceMessageType,
} from '@practical-signalr/azure/service-protocol';

/** Creates the message that announces a client to its app server. */
export function openConnectionMessage(
  connectionId: string,
  claims: JwtPayload,
  request: IncomingMessage,
  protocol: string,
): MessageOf<typeof ServiceMessageType.OpenConnection> {
  return {
    type: ServiceMessageType.OpenConnection,
    connectionId,
    claims: serviceClaims(claims),
    headers: clientHeaders(request),
    queryString: clientQuery(request),
    ext: { protocol },
  };
}

/** Returns the query of a client's request, with the question mark and without the token. */
export function clientQuery(request: IncomingMessage): string {
  const { originalUrl } = request as IncomingMessage & { originalUrl?: string };
  const query = (originalUrl ?? request.url ?? '').replace(/^[^?]*\??/, '');
  return `?${query.replace(/(^|&)access_token=[^&]*/, '').replace(/^&/, '')}`;
}

/**
 * Returns the claims of a token as the service sends them: with long names, and one entry for each
 * value.
 */
export function serviceClaims(claims: JwtPayload): Claims {
  return Object.entries(claims).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value as unknown]).map(
      (one): [string, string] => [
        longClaimTypes.get(name) ?? name,
        typeof one === 'string' ? one : JSON.stringify(one),
      ],
    ),
  );
}

/**
 * Returns whether a name belongs to the client's token, or to a header that only the service may
 * set.
 */
const isReserved = (name: string): boolean =>
  name === 'authorization' || name === 'x-forwarded-for' || name.startsWith('asrs-');

function clientHeaders(request: IncomingMessage): Map<string, readonly string[]> {
  const headers = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || isReserved(name)) continue;
    headers.set(name, Array.isArray(value) ? value : [value]);
  }
  headers.set('X-Forwarded-For', [request.socket.remoteAddress ?? '']);
  headers.set('Asrs-Instance-Id', ['emulator']);
  return headers;
}
