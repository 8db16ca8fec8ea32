import type { Server } from 'node:http';
import { parseArgs } from 'node:util';
import type { TransportName } from '@practical-signalr/server';

const names = new Map<string, TransportName>([
  ['ws', 'WebSockets'],
  ['sse', 'ServerSentEvents'],
  ['lp', 'LongPolling'],
]);

const switches = (): Record<string, string | boolean | undefined> =>
  parseArgs({
    strict: false,
    options: {
      transports: { type: 'string', default: 'ws,sse,lp' },
      'block-upgrade': { type: 'boolean' },
    },
  }).values;

/** `--transports sse,lp`: what negotiation offers; all by default. What it does not know it passes over. */
export const offeredTransports = (): TransportName[] =>
  String(switches()['transports'])
    .split(',')
    .flatMap((name) => names.get(name) ?? []);

/** `--block-upgrade`: answers 403 to every WebSocket of a hub, as some proxies do. Comes after `signalr.attach`. */
export function blockUpgrades(server: Server, path: string): void {
  if (switches()['block-upgrade'] !== true) return;
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => undefined); // who is refused may hang up
    if (request.url?.startsWith(path))
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  });
}
