import { ServiceMessageType } from '@practical-signalr/azure/service-protocol';
import type { ServiceHub } from '../hubs/service-hub.ts';
import type { ServerConnection } from './server-connection.ts';

/** The time in the last answer about servers. It must increase with every answer. */
let lastTicks = 0;

/**
 * Answers a ping of a server, which may contain status and server queries and the announcement of
 * its shutdown. `capacity` is the maximum number of connections, 0 if there is no limit.
 */
export function answerPing(
  hub: ServiceHub,
  server: ServerConnection,
  messages: readonly string[],
  capacity: number,
): void {
  const ping = (...answer: string[]): void =>
    server.send({ type: ServiceMessageType.Ping, messages: answer });
  for (let i = 0; i < messages.length; i += 2) {
    const key = messages[i];
    const value = messages[i + 1];
    if (key === 'status') {
      const counts = [
        'clientcount',
        hub.clients.size,
        'servercount',
        hub.servers.size,
        'capacity',
        capacity,
      ];
      ping('status', hub.clients.size > 0 ? '1' : '0', ...counts.map(String));
    } else if (key === 'servers') {
      lastTicks = Math.max(lastTicks + 1, Date.now());
      ping(
        'servers',
        `${lastTicks}:${[...new Set([...hub.servers].map(({ serverId }) => serverId))].join(';')}`,
      );
    } else if (key === 'shutdown' && value !== 'finack') {
      server.isLeaving = true;
      ping('shutdown', 'finack');
      // With fin:2, clients stay until they disconnect themselves.
      if (value !== 'fin:2') releaseClients(hub, server, value === 'fin:1');
    }
  }
}

/** Moves the clients of a server to other servers, or closes them so that they reconnect. */
function releaseClients(hub: ServiceHub, server: ServerConnection, isMoving: boolean): void {
  for (const client of server.clients) {
    const other = isMoving && server.migrationLevel > 0 ? hub.pickOther(server) : undefined;
    if (other === undefined) hub.closeClient(client, { allowReconnect: true });
    else hub.migrate(client, other);
  }
}
