import { defaultLogger } from '@practical-signalr/server/hub-context';
import { type HubProtocol, type Logger, safeLogger } from '@practical-signalr/server/scale-out';
import { errors } from '../errors.ts';
import type { HistoryOptions } from '../history/history-options.ts';
import type { RedisClientTemplate } from '../redis-client.ts';
import { type ResolvedRedisOptions, resolveRedisOptions } from '../redis-options.ts';

/**
 * The options of {@link redisHubContext}. `hub` and either `url` or `client` are required. Times
 * are at most 2,147,483,647 ms (24 days).
 */
export interface RedisHubContextOptions {
  /** The URL of Redis, for example `redis://user:password@host:6379`, or `rediss://…` for TLS. */
  readonly url?: string;
  /** A client of @redis/client instead of `url`. It is duplicated and not used itself. */
  readonly client?: RedisClientTemplate;
  /**
   * The name of the hub on the backplane: the option `name` of `mapHub`, or the class name. For
   * .NET
   * servers, the full name of the class with its namespace.
   */
  readonly hub: string;
  /** The option `channelPrefix` of `redis()`. Default: no prefix. */
  readonly channelPrefix?: string;
  /** The option `keyPrefix` of `presence()`. Default: no prefix. */
  readonly presenceKeyPrefix?: string;
  /** The hub protocols that every message is encoded in. Default: JSON and MessagePack. */
  readonly protocols?: readonly HubProtocol[];
  /** Uses sharded pub/sub, as the option of `redis()`. Default: false. */
  readonly shardedPubSub?: boolean;
  /**
   * The option `history` of `redis()`, with the same values as on the servers. Default: no history.
   */
  readonly history?: HistoryOptions | undefined;
  /** How long to wait until the servers confirm an operation, in ms. Default: 30,000. */
  readonly ackTimeout?: number;
  /** The interval between heartbeats through Redis, in ms. Default: 5000. */
  readonly heartbeatInterval?: number;
  /** How long a heartbeat or a connection attempt may take, in ms. Default: 5000. */
  readonly heartbeatTimeout?: number;
  /** Receives warnings and errors. Default: the console. */
  readonly logger?: Logger;
}

/** The options with all defaults applied. */
export interface ResolvedHubContextOptions {
  readonly redis: ResolvedRedisOptions;
  readonly hub: string;
  readonly presenceKeyPrefix: string;
  readonly logger: Logger;
}

/** Validates the options and applies the defaults. */
export function resolveHubContextOptions(
  options: RedisHubContextOptions,
): ResolvedHubContextOptions {
  const { hub, presenceKeyPrefix = '', logger = defaultLogger, ...redis } = options;
  if (typeof hub !== 'string' || hub === '') throw errors.notAString('hub');
  const prefixes = { channelPrefix: redis.channelPrefix ?? '', presenceKeyPrefix };
  for (const [name, value] of Object.entries(prefixes))
    if (typeof value !== 'string') throw errors.notAString(name);
  for (const name of ['hubName', 'serverName', 'whileDisconnected', 'presence'])
    if (Object.hasOwn(redis, name)) throw errors.unknownOption(name);
  const resolved = resolveRedisOptions({ ...redis, whileDisconnected: 'fail' });
  // RESP 2 does not allow other commands on a connection that is subscribed.
  const { options: clientOptions } = (redis.client ?? {}) as { options?: { RESP?: number } };
  const sharesClient = clientOptions?.RESP !== 2;
  return {
    redis: { ...resolved, holdsConnections: false, sharesClient },
    hub,
    presenceKeyPrefix,
    logger: safeLogger(logger),
  };
}
