import type { IncomingMessage } from 'node:http';
import type { JwtPayload } from 'jsonwebtoken';
import {
  type Claims,
  longClaimTypes,
  type MessageOf,
  ServiceMessageType,
} from '@practical-signalr/azure/service-protocol';

/** How a client is introduced to the app server that gets it. */
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

/** A client's query with its question mark, without its token. */
export function clientQuery(request: IncomingMessage): string {
  const { originalUrl } = request as IncomingMessage & { originalUrl?: string };
  const query = (originalUrl ?? request.url ?? '').replace(/^[^?]*\??/, '');
  return `?${query.replace(/(^|&)access_token=[^&]*/, '').replace(/^&/, '')}`;
}

/** A token's claims as the service tells them: long names, one entry for each value. */
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

/** The client's token, and what only the service may say of a client. */
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
