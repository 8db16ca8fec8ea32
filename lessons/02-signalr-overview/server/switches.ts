import type { Server } from 'node:http';
import { parseArgs } from 'node:util';
import type { TransportName } from '@practical-signalr/server';

const { values } = parseArgs({
  strict: false,
  options: { transports: { type: 'string', default: 'ws,sse,lp' }, 'block-upgrade': { type: 'boolean' } },
});
const names = new Map<string, TransportName>([
  ['ws', 'WebSockets'],
  ['sse', 'ServerSentEvents'],
  ['lp', 'LongPolling'],
]);

/** `--transports sse,lp`: what negotiation offers. What it does not know it passes over. */
export const transports = String(values['transports'])
  .split(',')
  .flatMap((name) => names.get(name) ?? []);

/** `--block-upgrade`: answers 403 to every WebSocket of the hub, as some proxies do. */
export function blockUpgrades(server: Server): void {
  if (values['block-upgrade'] !== true) return;
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request, socket) => {
    if (request.url?.startsWith('/echo')) socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  });
}
