import {
  checkName,
  checkNames,
  type CloseOptions,
  type RemoteClientManager,
} from '@practical-signalr/server/hub-context';
import { errors } from '../errors.ts';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import type { RedisChannels } from '../pub-sub/redis-channels.ts';
import type { ServerCommands, ServerOperation } from '../server-commands/server-commands.ts';

/** Checks and closes the connections of all servers of a hub. */
export class RedisClientManager implements RemoteClientManager {
  readonly #bus: RedisBus;
  readonly #channels: RedisChannels;
  readonly #commands: ServerCommands;

  constructor(bus: RedisBus, channels: RedisChannels, commands: ServerCommands) {
    this.#bus = bus;
    this.#channels = channels;
    this.#commands = commands;
  }

  async connectionExists(connectionId: string): Promise<boolean> {
    checkName('connection', connectionId);
    return this.#isSubscribed(this.#channels.connection(connectionId));
  }

  async userExists(userId: string): Promise<boolean> {
    checkName('user', userId);
    return this.#isSubscribed(this.#channels.user(userId));
  }

  async groupExists(group: string): Promise<boolean> {
    checkName('group', group);
    return this.#isSubscribed(this.#channels.group(group));
  }

  async closeConnection(connectionId: string, reason?: string): Promise<void> {
    checkName('connection', connectionId);
    const options = reason === undefined ? {} : { reason };
    await this.#close({ operation: 'closeConnection', name: connectionId }, options);
  }

  async closeUser(userId: string, options: CloseOptions = {}): Promise<void> {
    checkName('user', userId);
    await this.#close({ operation: 'closeUser', name: userId }, options);
  }

  async closeGroup(group: string, options: CloseOptions = {}): Promise<void> {
    checkName('group', group);
    await this.#close({ operation: 'closeGroup', name: group }, options);
  }

  async closeAll(options: CloseOptions = {}): Promise<void> {
    await this.#close({ operation: 'closeAll' }, options);
  }

  /**
   * Returns whether a server is subscribed to a channel. Servers, also those of .NET, subscribe to
   * the channels of their connections, users and groups.
   */
  async #isSubscribed(channel: string): Promise<boolean> {
    return (await this.#bus.countSubscribers(channel)) > 0;
  }

  async #close(operation: ServerOperation, options: CloseOptions): Promise<void> {
    const { excluded = [], reason } = options;
    checkNames('connection', excluded);
    if (reason !== undefined && typeof reason !== 'string') throw errors.notAString('reason');
    await this.#commands.run({ ...operation, excludedIds: excluded, reason });
  }
}
