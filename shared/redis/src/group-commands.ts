import { errors } from './errors.ts';
import type { PendingAcks } from './pending-acks.ts';
import type { RedisBus } from './pub-sub/redis-bus.ts';
import type { RedisChannels } from './pub-sub/redis-channels.ts';
import { type GroupAction, writeAck, writeGroupCommand } from './pub-sub/redis-protocol.ts';
import type { ResolvedRedisOptions } from './redis-options.ts';

/**
 * Changes the groups of connections that other servers hold. Source:
 * `SendGroupActionAndWaitForAck`.
 */
export class GroupCommands {
  readonly #bus: RedisBus;
  readonly #channels: RedisChannels;
  readonly #serverName: string;
  readonly #options: ResolvedRedisOptions;
  readonly #pending: PendingAcks;

  constructor(
    options: ResolvedRedisOptions,
    bus: RedisBus,
    channels: RedisChannels,
    serverName: string,
    acks: PendingAcks,
  ) {
    this.#bus = bus;
    this.#channels = channels;
    this.#serverName = serverName;
    this.#options = options;
    this.#pending = acks;
  }

  /** Sends a command to the server that holds the connection, and waits for its ack. */
  async send(action: GroupAction, connectionId: string, group: string): Promise<void> {
    const { id, acked } = this.#pending.create();
    const payload = writeGroupCommand({
      id,
      serverName: this.#serverName,
      action,
      group,
      connectionId,
    });
    this.#bus.request(this.#channels.groupCommands, payload).then(
      (receivers) => {
        const { countsReceivers, holdsConnections } = this.#options;
        if (!countsReceivers) return;
        // Only this server receives the command, and it does not hold the connection.
        // With one server, the same call does nothing and does not fail.
        if (receivers === 1 && holdsConnections) this.#pending.complete(id);
        if (receivers === 0) this.#pending.fail(id, errors.noServer());
      },
      (error: unknown) => this.#pending.fail(id, error as Error),
    );
    try {
      await acked;
    } catch (error) {
      throw errors.groupNotChanged(connectionId, group, error as Error);
    }
  }

  /** Confirms a command to the server that sent it. */
  async acknowledge(serverName: string, id: number): Promise<void> {
    await this.#bus.request(this.#channels.ackOf(serverName), writeAck(id));
  }
}
