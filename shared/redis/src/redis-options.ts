import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { HubProtocol } from '@practical-signalr/server/scale-out';
import { errorTexts } from './error-texts.ts';
import type { Presence } from './presence/presence.ts';
import {
  clientFactory,
  type Publish,
  publishWith,
  type RedisClientTemplate,
  type RedisPubSubClient,
} from './redis-client.ts';

/** Options of {@link redis}. Give `url` or `client`; all others are optional. Times in ms. */
export interface RedisOptions {
  /** For example `redis://user:password@host:6379`, or `rediss://…` for TLS. */
  readonly url?: string;
  /** A client of @redis/client, made by `createClient`, `createCluster` or `createSentinel`. It is copied, and stays yours. */
  readonly client?: RedisClientTemplate;
  /** Put in front of every channel as it is. Keeps apps apart that share a Redis. Default none. Source: `ChannelPrefix`. */
  readonly channelPrefix?: string;
  /**
   * The name of a hub on the backplane, from the name of its class. Default: the class name. ASP.NET Core servers use the full
   * name with its namespace: to share a backplane with them, return that name.
   * @example
   * redis({ url, hubName: (name) => `MyCompany.Chat.${name}` })
   */
  readonly hubName?: (className: string) => string;
  /** The name of this server, unique among all. Default: host name and 32 random digits. */
  readonly serverName?: string;
  /**
   * The encodings that every message is written in: all that any client of any server speaks. Default: those of the server, and
   * JSON and MessagePack in any case.
   */
  readonly protocols?: readonly HubProtocol[];
  /**
   * What becomes of a send while Redis cannot be reached. `local` (default): it reaches the clients of this server; a send resolves
   * when it is handed to Redis. `fail`: it is rejected; a send resolves when Redis has it.
   */
  readonly whileDisconnected?: 'local' | 'fail';
  /** Sharded pub/sub (Redis 7), for a Redis Cluster. ASP.NET Core servers do not hear it. Default false. */
  readonly shardedPubSub?: boolean;
  /** Made by `presence()`: keeps track of who is online. Default: nobody does. */
  readonly presence?: Presence | undefined;
  /** How long a server may take to change a group for another one, default 30,000 ms. */
  readonly ackTimeout?: number;
  /** How often the way through Redis and back is tried. Default 5000 ms. */
  readonly heartbeatInterval?: number;
  /** How long that, and connecting, may take before the connections are made anew. Default 5000 ms. */
  readonly heartbeatTimeout?: number;
}

/** The options of {@link redis}, none missing. */
export interface ResolvedRedisOptions {
  readonly createClient: () => RedisPubSubClient;
  readonly channelPrefix: string;
  readonly hubName: (className: string) => string;
  readonly serverName: () => string;
  readonly protocols: readonly HubProtocol[] | undefined;
  readonly whileDisconnected: 'local' | 'fail';
  readonly shardedPubSub: boolean;
  readonly publish: Publish;
  /** In a cluster a node counts the receivers that hang on itself only. */
  readonly countsReceivers: boolean;
  readonly presence: Presence | undefined;
  readonly ackTimeout: number;
  readonly heartbeatInterval: number;
  readonly heartbeatTimeout: number;
}

const known: Readonly<Record<keyof RedisOptions, true>> = {
  url: true,
  client: true,
  channelPrefix: true,
  hubName: true,
  serverName: true,
  protocols: true,
  whileDisconnected: true,
  shardedPubSub: true,
  presence: true,
  ackTimeout: true,
  heartbeatInterval: true,
  heartbeatTimeout: true,
};

/** Refuses what cannot work with a sentence. */
export function resolveRedisOptions(options: RedisOptions): ResolvedRedisOptions {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) throw new TypeError(errorTexts.unknownOption(name));
  }
  const { url, client, protocols, serverName, whileDisconnected = 'local' } = options;
  if (whileDisconnected !== 'local' && whileDisconnected !== 'fail')
    throw new TypeError(errorTexts.badWhileDisconnected);
  const heartbeatTimeout = positive('heartbeatTimeout', options.heartbeatTimeout ?? 5000);
  if (protocols?.length === 0) throw new RangeError(errorTexts.noProtocols);
  const isCluster = client !== undefined && 'slots' in client;
  const shardedPubSub = options.shardedPubSub ?? false;
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
    presence: options.presence,
    ackTimeout: positive('ackTimeout', options.ackTimeout ?? 30_000),
    heartbeatInterval: positive('heartbeatInterval', options.heartbeatInterval ?? 5000),
    heartbeatTimeout,
  };
}

function positive(name: string, value: number): number {
  if (!(value > 0)) throw new RangeError(errorTexts.notPositive(name));
  return value;
}
