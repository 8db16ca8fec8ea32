import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** The headers of a request to upgrade. Source: RFC 9110, section 7.8; RFC 7540, section 3.2. */
const upgradeHeaders = new Set(['upgrade', 'http2-settings']);

/** The part of a server that is used here. */
interface ConnectionServer {
  emit(event: string, ...values: unknown[]): boolean;
}

/**
 * Returns whether a request asks for HTTP/2 without TLS. The HTTP clients of Java and
 * `curl --http2` do so in their first request, also in a POST. A server may ignore it.
 */
export const asksForHttp2 = (request: IncomingMessage): boolean =>
  protocolsOf(request).includes('h2c') && !asksForWebSocket(request);

/** Returns whether the headers of a request ask for a WebSocket. */
export const asksForWebSocket = (request: IncomingMessage): boolean =>
  protocolsOf(request).includes('websocket');

/** Returns the protocols that a client offers, in lower case. Source: RFC 9110, section 7.8. */
const protocolsOf = ({ headers }: IncomingMessage): readonly string[] =>
  (headers.upgrade ?? '').split(',').map((protocol) => protocol.trim().toLowerCase());

/**
 * Returns whether a request is served as if it did not ask for another protocol: HTTP/2, or a
 * WebSocket with another method than GET. Some proxies add the headers of an upgrade to every
 * request.
 */
export const isServedWithoutUpgrade = (request: IncomingMessage): boolean =>
  asksForHttp2(request) || (asksForWebSocket(request) && request.method !== 'GET');

/**
 * Lets an HTTP server serve an upgrade request as if it did not ask for another protocol. Node does
 * so only if nobody listens to the event `upgrade`. By the time of that event, Node has stopped
 * reading the socket, and has not read the body. So the server gets the socket as a new connection,
 * with the same request without the headers of the upgrade.
 * @example
 * server.on('upgrade', (request, socket, head) => {
 *   if (asksForHttp2(request)) serveWithoutUpgrade(server, request, socket, head);
 * });
 */
export function serveWithoutUpgrade(
  server: ConnectionServer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.unshift(Buffer.concat([writeHead(request), head]));
  // A server with TLS serves the sockets of this event, and others those of `connection`.
  const isEncrypted = (socket as TLSSocket).encrypted === true;
  server.emit(isEncrypted ? 'secureConnection' : 'connection', socket);
}

function writeHead({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const value = rawHeaders[i + 1] as string;
    const lowerCaseName = name.toLowerCase();
    if (lowerCaseName === 'connection') lines.push(`${name}: ${withoutUpgrade(value)}`);
    else if (!upgradeHeaders.has(lowerCaseName)) lines.push(`${name}: ${value}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** Removes the names of the removed headers from a Connection header. */
const withoutUpgrade = (connection: string): string =>
  connection
    .split(',')
    .map((name) => name.trim())
    .filter((name) => !upgradeHeaders.has(name.toLowerCase()))
    .join(', ');
