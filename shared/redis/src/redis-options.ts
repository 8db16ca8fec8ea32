import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { HubProtocol } from '@practical-signalr/server/scale-out';
import { checkTime } from './check-time.ts';
import { errors } from './errors.ts';
import {
  type HistoryOptions,
  type ResolvedHistoryOptions,
  resolveHistoryOptions,
} from './history/history-options.ts';
import { Presence } from './presence/presence.ts';
import {
  clientFactory,
  type CountSubscribers,
  countSubscribersWith,
  type Publish,
  publishWith,
  type RedisClientTemplate,
  type RedisPubSubClient,
} from './redis-client.ts';

/**
 * The options of {@link redis}. Set either `url` or `client`; all others are optional. Times are at
 * most 2,147,483,647 ms (24 days), because a timer of Node cannot wait longer.
 */
export interface RedisOptions {
  /** The URL of Redis, for example `redis://user:password@host:6379`, or `rediss://…` for TLS. */
  readonly url?: string;
  /**
   * A client of @redis/client, from `createClient`, `createCluster` or `createSentinel`, instead of
   * `url`.
   * It is duplicated and not used itself, so you need not connect it.
   */
  readonly client?: RedisClientTemplate;
  /**
   * A prefix for all channel names, which separates apps that share a Redis. Default: no prefix.
   * Source: `ChannelPrefix`.
   */
  readonly channelPrefix?: string;
  /**
   * Returns the name of a hub on the backplane for the name of its class. Default: the class name.
   * ASP.NET Core servers use the
   * full name with its namespace. To share a backplane with them, return that name. Not called for
   * a hub that is mapped with the
   * option `name`, which takes precedence.
   * @example
   * redis({ url, hubName: (name) => `MyCompany.Chat.${name}` })
   */
  readonly hubName?: (className: string) => string;
  /**
   * The name of this server, unique among all servers. Default: the host name and 32 random
   * hexadecimal digits.
   */
  readonly serverName?: string;
  /**
   * The hub protocols that every message is encoded in. They must include those of all clients of
   * all servers.
   * Default: the protocols of the server, plus JSON and MessagePack.
   */
  readonly protocols?: readonly HubProtocol[];
  /**
   * What happens to a send while Redis is unavailable. `local` (default): it reaches the clients of
   * this server. `fail`: it is
   * rejected with `ERR_SIGNALR_REDIS_NOT_SENT`. While Redis is available, a send resolves when the
   * message was written to the
   * connection (`local`) or when Redis has accepted it (`fail`).
   */
  readonly whileDisconnected?: 'local' | 'fail';
  /**
   * Uses sharded pub/sub (Redis 7) in a Redis Cluster. ASP.NET Core servers do not receive these
   * messages. Default: false.
   */
  readonly shardedPubSub?: boolean;
  /** Tracks who is online. Create it with {@link presence}. Default: no presence. */
  readonly presence?: Presence | undefined;
  /**
   * Whether this server may hand its connections over to other servers with `signalr.close({
   * handOver: true })`, and takes over those of others. All servers of the hub need it, and the
   * server options `connectionTokens` and `allowStatefulReconnects`. A signed connection token then
   * opens one connection on all servers together. The Redis user needs `+get +set +getdel
   * ~PREFIX*`. Requires Redis 6.2, and cannot be used with a Redis Cluster. Default: false.
   */
  readonly handOver?: boolean;
  /**
   * Keeps the messages to all clients, groups and users in Redis, so that clients with
   * `withRecovery`
   * receive what they missed. Set it on all servers. Default: no history.
   */
  readonly history?: HistoryOptions | undefined;
  /** How long to wait until another server confirms a group change, in ms. Default: 30,000. */
  readonly ackTimeout?: number;
  /** The interval between heartbeats through Redis, in ms. Default: 5000. */
  readonly heartbeatInterval?: number;
  /**
   * How long a heartbeat or a connection attempt may take before the connections are replaced, in
   * ms. Default: 5000.
   */
  readonly heartbeatTimeout?: number;
}

/** The options of {@link redis} with all defaults applied. */
export interface ResolvedRedisOptions {
  readonly createClient: () => RedisPubSubClient;
  readonly channelPrefix: string;
  readonly hubName: (className: string) => string;
  readonly serverName: () => string;
  readonly protocols: readonly HubProtocol[] | undefined;
  readonly whileDisconnected: 'local' | 'fail';
  readonly shardedPubSub: boolean;
  readonly publish: Publish;
  /**
   * Whether PUBLISH returns the number of all receivers. In a cluster, a node counts only its own.
   */
  readonly countsReceivers: boolean;
  /**
   * Whether the publisher must be connected to a master. In a cluster, replicas forward publishes.
   */
  readonly checksRole: boolean;
  readonly presence: Presence | undefined;
  readonly history: ResolvedHistoryOptions | undefined;
  /** Whether this process is a server with connections. A hub context only sends. */
  readonly holdsConnections: boolean;
  /** Whether one client both publishes and subscribes. */
  readonly sharesClient: boolean;
  readonly countSubscribers: CountSubscribers;
  readonly handOver: boolean;
  readonly ackTimeout: number;
  readonly heartbeatInterval: number;
  readonly heartbeatTimeout: number;
}

const optionNames: Readonly<Record<keyof RedisOptions, true>> = {
  url: true,
  client: true,
  channelPrefix: true,
  hubName: true,
  serverName: true,
  protocols: true,
  whileDisconnected: true,
  shardedPubSub: true,
  presence: true,
  handOver: true,
  history: true,
  ackTimeout: true,
  heartbeatInterval: true,
  heartbeatTimeout: true,
};

/** Validates the options and applies the defaults. */
export function resolveRedisOptions(options: RedisOptions): ResolvedRedisOptions {
  const given: unknown = options; // JavaScript callers can pass the URL itself
  if (typeof given !== 'object' || given === null) throw errors.noTarget();
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(optionNames, name)) throw errors.unknownOption(name);
  }
  const { url, client, protocols, serverName, whileDisconnected = 'local' } = options;
  if (whileDisconnected !== 'local' && whileDisconnected !== 'fail')
    throw errors.invalidWhileDisconnected();
  const heartbeatTimeout = checkTime('heartbeatTimeout', options.heartbeatTimeout ?? 5000);
  if (protocols?.length === 0) throw errors.noProtocols();
  const isCluster = client !== undefined && 'slots' in client;
  const shardedPubSub = options.shardedPubSub ?? false;
  const handOver = options.handOver ?? false;
  if (handOver && (isCluster || shardedPubSub)) throw errors.handOverInCluster();
  const { presence } = options;
  if (presence !== undefined && !(presence instanceof Presence)) throw errors.presenceInvalid();
  return {
    createClient: clientFactory(url, client, heartbeatTimeout),
    channelPrefix: options.channelPrefix ?? '',
    hubName: options.hubName ?? ((className) => className),
    serverName: () => serverName ?? `${hostname()}_${randomBytes(16).toString('hex')}`,
    protocols,
    whileDisconnected,
    shardedPubSub,
    publish: publishWith(isCluster, shardedPubSub),
    countsReceivers: !isCluster,
    checksRole: !isCluster,
    presence,
    history: resolveHistoryOptions(options.history, isCluster || shardedPubSub),
    holdsConnections: true,
    sharesClient: false,
    countSubscribers: countSubscribersWith(isCluster, shardedPubSub),
    handOver,
    ackTimeout: checkTime('ackTimeout', options.ackTimeout ?? 30_000),
    heartbeatInterval: checkTime('heartbeatInterval', options.heartbeatInterval ?? 5000),
    heartbeatTimeout,
  };
}
