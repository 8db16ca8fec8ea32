import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Calls a function for each upgrade request before any other code, from the moment the server
 * listens. A listener of the event `upgrade` is not enough: a SignalR server serves the upgrades of
 * its hubs without emitting it.
 * @example observeUpgrades(server, ({ url }) => log.push(url));
 */
export function observeUpgrades(
  server: Server,
  observe: (request: IncomingMessage, socket: Duplex) => void,
): void {
  const install = (): void => {
    const emit = server.emit.bind(server) as (
      event: string | symbol,
      ...args: unknown[]
    ) => boolean;
    server.emit = (event: string | symbol, ...args: unknown[]): boolean => {
      if (event === 'upgrade') observe(args[0] as IncomingMessage, args[1] as Duplex);
      return emit(event, ...args);
    };
  };
  if (server.listening) install();
  else server.once('listening', install);
}
