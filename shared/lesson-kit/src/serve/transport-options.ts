import type { Server } from 'node:http';
import type { TransportName } from '@practical-signalr/server';
import { readLessonOptions, transportNames } from '../run/lesson-options.ts';

/** Returns the transports that the option `--transports` lists. Default: all. */
export const offeredTransports = (): TransportName[] =>
  transportNames(readLessonOptions().transports);

/** Answers 403 to every WebSocket of a hub, like some proxies. Call it after `signalr.attach`. */
export function blockUpgrades(server: Server, path: string): void {
  if (readLessonOptions().blockUpgrade !== true) return;
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => undefined); // the client may have closed the socket
    if (request.url?.startsWith(path))
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  });
}
