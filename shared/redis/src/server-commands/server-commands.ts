import { errors } from '../errors.ts';
import type { PendingAcks } from '../pending-acks.ts';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import type { ResolvedRedisOptions } from '../redis-options.ts';
import { type ServerCommand, writeServerCommand } from './server-command.ts';

/** The part of a command that the caller chooses. */
export type ServerOperation = Pick<ServerCommand, 'operation'> &
  Partial<Omit<ServerCommand, 'id' | 'serverName' | 'operation'>>;

/** Sends commands to all servers of a hub, and waits until each of them has run them. */
export class ServerCommands {
  readonly #options: ResolvedRedisOptions;
  readonly #bus: RedisBus;
  readonly #acks: PendingAcks;
  readonly #channel: string;
  readonly #serverName: string;

  constructor(
    options: ResolvedRedisOptions,
    bus: RedisBus,
    acks: PendingAcks,
    channel: string,
    serverName: string,
  ) {
    this.#options = options;
    this.#bus = bus;
    this.#acks = acks;
    this.#channel = channel;
    this.#serverName = serverName;
  }

  /**
   * Runs an operation on all servers. Rejects with `ERR_SIGNALR_REDIS_NO_SERVER` if there is none,
   * and with `ERR_SIGNALR_REDIS_SERVERS_NOT_CONFIRMED` if one does not confirm it within
   * `ackTimeout`.
   */
  async run(operation: ServerOperation): Promise<void> {
    const { ackTimeout, countsReceivers } = this.#options;
    // In a cluster, PUBLISH returns the receivers of one node only.
    const subscribers = countsReceivers ? 0 : await this.#bus.countSubscribers(this.#channel);
    const { id, acked } = this.#acks.createForMany((count) =>
      errors.serversNotConfirmed(count, ackTimeout),
    );
    const { name = '', group = '', excludedIds = [], reason, operation: kind } = operation;
    const payload = writeServerCommand({
      id,
      serverName: this.#serverName,
      operation: kind,
      name,
      group,
      excludedIds,
      reason,
    });
    this.#bus.request(this.#channel, payload).then(
      (receivers) => {
        const count = countsReceivers ? receivers : subscribers;
        if (count === 0) this.#acks.fail(id, errors.noServer());
        else this.#acks.expect(id, count);
      },
      (error: unknown) => this.#acks.fail(id, error as Error),
    );
    await acked;
  }
}
