import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { endSocket } from '@practical-signalr/server/transports';
import { errors } from '../errors.ts';

const LOOPBACK = String.raw`(?:localhost|127\.0\.0\.1|\[::1\])`;
const loopbackHost = new RegExp(`^${LOOPBACK}(?::(\\d+))?$`, 'i');
const loopbackOrigin = new RegExp(`^http://${LOOPBACK}(?::(\\d+))?$`, 'i');

/**
 * Returns why a request to a server on the loopback interface is refused, or undefined if it is
 * allowed.
 *
 * - `Host` must name this machine. Otherwise a page of another site reaches the server under a name
 *   that resolves to 127.0.0.1 (DNS rebinding).
 * - `Origin` must be a page of the same port. A browser sends it with each WebSocket and each POST,
 *   so a page of another site or another port cannot use the hubs (cross-site request forgery).
 *   Requests without `Origin` do not come from a page and are allowed.
 */
export function refusalOf({ headers }: Pick<IncomingMessage, 'headers'>): Error | undefined {
  const { host = '', origin } = headers;
  const hostMatch = loopbackHost.exec(host);
  if (hostMatch === null) return errors.foreignHost(host);
  if (origin === undefined) return undefined;
  const originMatch = loopbackOrigin.exec(origin);
  if (originMatch === null || originMatch[1] !== hostMatch[1]) return errors.foreignOrigin(origin);
  return undefined;
}

/**
 * Answers 403 to each request and each WebSocket that {@link refusalOf} refuses.
 *
 * It wraps `server.emit`, because a listener of `request` or `upgrade` cannot stop the other
 * listeners.
 * @example refuseForeignRequests(server);
 */
export function refuseForeignRequests(server: Server): void {
  const emit = server.emit.bind(server) as (event: string | symbol, ...args: unknown[]) => boolean;
  server.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    if (event !== 'request' && event !== 'upgrade') return emit(event, ...args);
    const refusal = refusalOf(args[0] as IncomingMessage);
    if (refusal === undefined) return emit(event, ...args);
    if (event === 'request') refuseRequest(args[1] as ServerResponse, refusal);
    else refuseUpgrade(args[1] as Duplex, refusal);
    return true;
  };
}

function refuseRequest(response: ServerResponse, { message }: Error): void {
  response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(message);
}

function refuseUpgrade(socket: Duplex, { message }: Error): void {
  socket.on('error', () => undefined); // the client may have closed the socket already
  endSocket(
    socket,
    `HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(message)}\r\nConnection: close\r\n\r\n${message}`,
  );
}
