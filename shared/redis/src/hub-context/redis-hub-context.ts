import {
  checkName,
  createHubContext,
  type HubClients,
  type RemoteHubContext,
  type RemoteUserGroups,
  type UntypedClient,
} from '@practical-signalr/server/hub-context';
import type { HealthReportEntry, PresenceLists } from '@practical-signalr/server/scale-out';
import { JsonHubProtocol, MessagePackHubProtocol } from '@practical-signalr/server/scale-out';
import { logMessages } from '../log-messages.ts';
import type { PresenceClient, RunPresenceCommand } from '../presence/presence-client.ts';
import { PresenceKeys } from '../presence/presence-keys.ts';
import { RedisPresenceLists } from '../presence/presence-lists.ts';
import { explainPresenceRefusal } from '../presence/presence-connection.ts';
import { RedisLifetimeManager } from '../redis-lifetime-manager.ts';
import type { ServerCommands } from '../server-commands/server-commands.ts';
import { type RedisHubContextOptions, resolveHubContextOptions } from './hub-context-options.ts';
import { BusServerMessages, type ServerMessages } from './server-messages.ts';

/** Sends to the clients of a hub over Redis. Create it with {@link redisHubContext}. */
export interface RedisHubContext<TClient> extends RemoteHubContext<TClient> {
  /** Also reaches the clients of .NET servers, and invokes them for results. */
  readonly clients: HubClients<TClient>;
  /** Lists who is online. Covers the clients of Node servers only. */
  readonly presence: PresenceLists;
  /**
   * Sends messages to other processes with a hub context. ASP.NET Core servers do not receive them.
   */
  readonly serverMessages: ServerMessages;
  /** Returns whether Redis can be reached, and counters. */
  health(): HealthReportEntry;
  /**
   * Closes the connection after Redis has confirmed every send. Rejects with
   * `ERR_SIGNALR_REDIS_NOT_FLUSHED` if it does not within `heartbeatTimeout`.
   */
  close(): Promise<void>;
}

/**
 * Sends to the clients of a hub over Redis from a process without the hub: a worker, a script, a
 * function or another service. Uses one connection to Redis, and reaches the clients of Node and of
 * .NET servers.
 *
 * Each send resolves when Redis has accepted the message. It rejects with
 * `ERR_SIGNALR_REDIS_NOT_SENT` if Redis is unavailable, refuses it, or does not reply within
 * `heartbeatInterval` and `heartbeatTimeout` (10 s with the defaults). Operations of servers wait
 * at most `ackTimeout` (30 s). Nothing is sent later. The connection keeps the process alive until
 * `close()`.
 *
 * `userGroups`, `close…` of `clientManager`, `presence` and `serverMessages` reach Node servers
 * only, because .NET's format has no messages for them.
 *
 * Throws if an option is missing, unknown or invalid: `ERR_SIGNALR_REDIS_NOT_A_STRING` and the
 * codes of `redis()`. Source: `IHubContext<THub>` of ASP.NET Core.
 * @example
 * const chat = redisHubContext<ChatClient>({ url: 'redis://127.0.0.1:6379', hub: 'ChatHub' });
 * await chat.clients.user('ada').send('receiveMessage', 'Your order has shipped');
 * await chat.close();
 */
export function redisHubContext<TClient = UntypedClient>(
  options: RedisHubContextOptions,
): RedisHubContext<TClient> {
  const { redis, hub: hubName, presenceKeyPrefix, logger } = resolveHubContextOptions(options);
  const protocols = redis.protocols ?? [new JsonHubProtocol(), new MessagePackHubProtocol()];
  const accept = () => undefined;
  const manager = new RedisLifetimeManager(redis, {
    hubName,
    hasExplicitName: true,
    protocols,
    logger,
    accept,
  });
  const { bus, channels, closer, commands, serverName } = manager;
  const { clients, groups } = createHubContext<TClient>(manager, (method, error) =>
    logger.error(logMessages.sendNotAwaited(hubName, method), error),
  );
  const run: RunPresenceCommand = (name, ...args) =>
    bus.run((client) => {
      const presenceClient = client as unknown as PresenceClient;
      const command = presenceClient[name] as (...values: typeof args) => Promise<never>;
      return command.apply(presenceClient, args);
    }, explainPresenceRefusal);
  return {
    clients,
    groups,
    userGroups: createUserGroups(commands),
    clientManager: closer,
    presence: new RedisPresenceLists(new PresenceKeys(presenceKeyPrefix, hubName), run),
    serverMessages: new BusServerMessages(bus, channels.serverMessages, serverName, logger),
    health: () => manager.health(),
    close: () => manager.close(),
  };
}

const createUserGroups = (commands: ServerCommands): RemoteUserGroups => ({
  async add(userId, group) {
    checkName('user', userId);
    checkName('group', group);
    await commands.run({ operation: 'addUserToGroup', name: userId, group });
  },
  async remove(userId, group) {
    checkName('user', userId);
    checkName('group', group);
    await commands.run({ operation: 'removeUserFromGroup', name: userId, group });
  },
});
