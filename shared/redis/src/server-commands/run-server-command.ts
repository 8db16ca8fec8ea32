import type {
  ConnectionIndex,
  LifetimeConnection,
  Receivers,
} from '@practical-signalr/server/scale-out';
import { wellFormed } from '../pub-sub/redis-channels.ts';
import type { ServerCommand } from './server-command.ts';

/** What a command can do with the connections of this server. */
export interface CommandTarget {
  readonly index: ConnectionIndex;
  readonly join: (connection: LifetimeConnection, group: string) => Promise<void>;
  readonly leave: (connectionId: string, group: string) => Promise<void>;
}

/** Runs a command of another process for the connections of this server. */
export async function runServerCommand(
  command: ServerCommand,
  { index, join, leave }: CommandTarget,
): Promise<void> {
  const { operation, group, excludedIds, reason } = command;
  const excluded = new Set(excludedIds);
  const connections = [...(select(command, index)?.values() ?? [])].filter(
    ({ connectionId }) => !excluded.has(connectionId),
  );
  if (operation === 'addUserToGroup')
    await Promise.all(connections.map((connection) => join(connection, group)));
  else if (operation === 'removeUserFromGroup')
    await Promise.all(connections.map(({ connectionId }) => leave(connectionId, group)));
  else for (const connection of connections) connection.abort?.(reason);
}

function select({ operation, name }: ServerCommand, index: ConnectionIndex): Receivers | undefined {
  switch (operation) {
    case 'closeAll':
      return index.all;
    case 'closeGroup':
      return index.group(wellFormed(name));
    case 'closeConnection': {
      const connection = index.get(name);
      return connection === undefined ? undefined : new Map([[name, connection]]);
    }
    default:
      return index.user(name);
  }
}
