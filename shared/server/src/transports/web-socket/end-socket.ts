import type { Duplex } from 'node:stream';
import { CLOSE_TIMEOUT } from '../buffered-transport.ts';

/**
 * Ends a socket that Node has detached from its HTTP server. What the client still sends is
 * ignored. If the client does not close its side, the socket is destroyed after `CLOSE_TIMEOUT`:
 * Node has no time limit for such sockets.
 * @param response the last bytes to send, for example an HTTP response.
 * @example
 * server.on('upgrade', (_request, socket) => {
 *   endSocket(socket, 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
 * });
 */
export function endSocket(socket: Duplex, response?: string): void {
  socket.end(response);
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT).unref();
  socket.once('close', () => clearTimeout(timer));
}
