import type { ConnectionIndex, Logger } from '@practical-signalr/server/scale-out';
import type { GroupCommands } from '../group-commands.ts';
import { logMessages } from '../log-messages.ts';
import { GroupAction, readGroupCommand } from '../pub-sub/redis-protocol.ts';
import type { RedisChannels } from '../pub-sub/redis-channels.ts';
import { runServerCommand } from './run-server-command.ts';
import { readServerCommand } from './server-command.ts';

/** The lifetime manager, as the commands of other servers see it. */
export interface CommandHost {
  readonly channels: RedisChannels;
  /** Undefined if connections do not move. */
  readonly handOver:
    | { repeatLater(connectionId: string, channel: string, payload: Uint8Array): boolean }
    | undefined;
  addToGroup(connectionId: string, group: string): Promise<void>;
  removeFromGroup(connectionId: string, group: string): Promise<void>;
}

/** Runs the commands of other servers on the connections of this server, and confirms them. */
export class IncomingCommands {
  readonly #host: CommandHost;
  readonly #index: ConnectionIndex;
  readonly #groupCommands: GroupCommands;
  readonly #logger: Logger;

  constructor(
    host: CommandHost,
    index: ConnectionIndex,
    groupCommands: GroupCommands,
    logger: Logger,
  ) {
    this.#host = host;
    this.#index = index;
    this.#groupCommands = groupCommands;
    this.#logger = logger;
  }

  readonly onGroupCommand = (payload: Uint8Array): undefined => {
    const { id, serverName, action, group, connectionId } = readGroupCommand(payload);
    if (this.#index.get(connectionId) === undefined) return;
    const { channels, handOver } = this.#host;
    if (handOver?.repeatLater(connectionId, channels.groupCommands, payload) === true) return;
    const changed =
      action === GroupAction.Add
        ? this.#host.addToGroup(connectionId, group)
        : this.#host.removeFromGroup(connectionId, group);
    changed
      .then(() => this.#groupCommands.acknowledge(serverName, id))
      // The other server waits for the ack and reports a timeout if none arrives.
      .catch((error: unknown) => this.#logger.warn(logMessages.groupCommandFailed(group), error));
  };

  readonly onServerCommand = (payload: Uint8Array): undefined => {
    const command = readServerCommand(payload);
    runServerCommand(command, {
      index: this.#index,
      join: ({ connectionId }, group) => this.#host.addToGroup(connectionId, group),
      leave: (connectionId, group) => this.#host.removeFromGroup(connectionId, group),
    })
      .then(() => this.#groupCommands.acknowledge(command.serverName, command.id))
      .catch((error: unknown) =>
        this.#logger.warn(logMessages.serverCommandFailed(command.operation), error),
      );
  };
}
