import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { endSocket } from '../../transports/web-socket/end-socket.ts';

/** Refuses an upgrade request and closes its socket. */
export function refuseUpgrade(
  socket: Duplex,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const headerLines = Object.entries({
    Connection: 'close',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const statusLine = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
  endSocket(socket, `${statusLine}${headerLines.join('')}\r\n${body}`);
}

/**
 * Passes an upgrade request to the app as an ordinary request. Node does this only for servers
 * without a listener for upgrades. Without an app, the response is 404.
 */
export function answerAsRequest(
  server: { emit(event: string, ...values: unknown[]): boolean },
  request: IncomingMessage,
  socket: Duplex,
): void {
  socket.on('error', () => undefined);
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.on('finish', () => endSocket(socket));
  if (server.emit('request', request, response)) return;
  response.statusCode = 404;
  response.end();
}
