import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TransportName } from '@practical-signalr/server';
import { endSocket } from '@practical-signalr/server/transports';
import { readLessonOptions, transportNames } from '../run/lesson-options.ts';
import { readTarget } from '../wire/observe/read-target.ts';

type Emit = (event: string | symbol, ...values: unknown[]) => boolean;

/** Returns the transports that the option `--transports` lists. Default: all. */
export const offeredTransports = (): TransportName[] =>
  transportNames(readLessonOptions().transports);

/**
 * With the option `--block-upgrade`, answers 403 to every WebSocket of a hub. Default: nothing is
 * blocked.
 */
export function blockUpgradesOnOption(server: Server, path: string): void {
  if (readLessonOptions().blockUpgrade === true) blockUpgrades(server, path);
}

/** Answers 403 to every WebSocket of the hub at `path`, like some proxies. */
export function blockUpgrades(server: Server, path: string): void {
  // A listener is not enough: a SignalR server serves the upgrades of its hubs without emitting
  // them.
  server.once('listening', () => {
    const emit = server.emit.bind(server) as Emit;
    server.emit = (event: string | symbol, ...values: unknown[]) => {
      const [request, socket] = values as [IncomingMessage, Duplex];
      if (event !== 'upgrade' || pathOf(request) !== path) return emit(event, ...values);
      socket.on('error', () => undefined); // the client may have closed the socket
      endSocket(socket, 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      return true;
    };
  });
}

const pathOf = ({ url = '/' }: IncomingMessage): string => readTarget(url).path;
