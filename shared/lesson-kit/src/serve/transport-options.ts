import type { Server } from 'node:http';
import type { TransportName } from '@practical-signalr/server';
import { readLessonOptions, transportNames } from '../run/lesson-options.ts';

/** Returns the transports that the option `--transports` lists. Default: all. */
export const offeredTransports = (): TransportName[] =>
  transportNames(readLessonOptions().transports);

/** `--block-upgrade`: answers 403 to every WebSocket of a hub, as some proxies do. Comes after `signalr.attach`. */
export function blockUpgrades(server: Server, path: string): void {
  if (readLessonOptions().blockUpgrade !== true) return;
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => undefined); // who is refused may hang up
    if (request.url?.startsWith(path))
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  });
}
