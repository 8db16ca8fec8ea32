import { createClient } from '@redis/client';
import { errors } from './errors.ts';

type Listener = (payload: Buffer, channel: Buffer) => void;

/**
 * A client that `createClient`, `createCluster` or `createSentinel` of @redis/client returns. Only
 * its `duplicate` is called.
 */
export interface RedisClientTemplate {
  duplicate(): object;
  publish(channel: string, message: Buffer): Promise<number>;
}

/** Options of the command SET. `PX` is the time after which the key expires, in ms. */
export interface SetOptions {
  readonly PX: number;
  readonly condition?: 'NX';
}

/** The members of a client that pub/sub uses. */
export interface RedisPubSubClient {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): unknown;
  publish(channel: string, message: Buffer): Promise<number>;
  get(key: string): Promise<string | null>;
  /** With the condition `NX`, sets only a key that does not exist, and otherwise returns null. */
  set(key: string, value: string, options: SetOptions): Promise<unknown>;
  /** Returns the value and deletes the key, in one step. */
  getDel(key: string): Promise<string | null>;
  /** Absent if the client has no such method. */
  withCommandOptions?(options: { readonly asap: boolean }): UrgentCommands;
  /** Absent if the client has no such method. */
  role?(): Promise<{ readonly role: string }>;
  /** Absent if the client has no such method. */
  eval?(
    script: string,
    options: { readonly keys: string[]; readonly arguments: (string | Buffer)[] },
  ): Promise<unknown>;
  /** Runs a script by the digest of its text. Absent if the client has no such method. */
  evalSha?(
    digest: string,
    options: { readonly keys: string[]; readonly arguments: (string | Buffer)[] },
  ): Promise<unknown>;
  /** Absent if the client has no such method. */
  withTypeMapping?(mapping: object): Pick<RedisPubSubClient, 'eval'>;
  sPublish(channel: string, message: Buffer): Promise<number>;
  pubSubNumSub(channels: string[]): Promise<Readonly<Record<string, number>>>;
  pubSubShardNumSub(channels: string[]): Promise<Readonly<Record<string, number>>>;
  subscribe(channels: string | string[], listener: Listener, bufferMode: true): Promise<void>;
  unsubscribe(channels: string | string[], listener: Listener, bufferMode: true): Promise<void>;
  sSubscribe(channels: string | string[], listener: Listener, bufferMode: true): Promise<void>;
  sUnsubscribe(channels: string | string[], listener: Listener, bufferMode: true): Promise<void>;
  on(event: 'error' | 'ready', listener: (error?: unknown) => void): unknown;
}

/** The commands that may precede those that wait to be written. */
type UrgentCommands = Pick<RedisPubSubClient, 'publish' | 'sPublish' | 'role'>;

/** Publishes with a client. Resolves with the number of receivers. */
export type Publish = (
  client: RedisPubSubClient,
  channel: string,
  payload: Buffer,
  isUrgent?: boolean,
) => Promise<number>;

/** Returns a client whose commands precede those that wait to be written to Redis. */
export const withPriority = (client: RedisPubSubClient): UrgentCommands =>
  client.withCommandOptions?.({ asap: true }) ?? client;

/** Returns the number of subscribers of a channel. */
export type CountSubscribers = (client: RedisPubSubClient, channel: string) => Promise<number>;

interface ClusterClient {
  readonly slots: readonly { readonly master: object }[];
  readonly masters: readonly object[];
  nodeClient(node: object): RedisPubSubClient | Promise<RedisPubSubClient>;
}

/**
 * Publishes everything to one node, because a cluster client would choose a random node each time
 * and lose the order.
 */
const publishInCluster: Publish = async (client, channel, payload, isUrgent) => {
  const cluster = client as unknown as ClusterClient;
  const node = await cluster.nodeClient(cluster.slots[0]?.master as object);
  return publishToOne(node, channel, payload, isUrgent);
};

const publishToOne: Publish = (client, channel, payload, isUrgent) =>
  (isUrgent === true ? withPriority(client) : client).publish(channel, payload);

const publishSharded: Publish = (client, channel, payload, isUrgent) =>
  (isUrgent === true ? withPriority(client) : client).sPublish(channel, payload);

/** Returns the way to publish for a single Redis, a cluster, or sharded pub/sub. */
export function publishWith(isCluster: boolean, sharded: boolean): Publish {
  if (sharded) return publishSharded;
  return isCluster ? publishInCluster : publishToOne;
}

/** Returns the way to count subscribers. In a cluster, each node knows only its own. */
export function countSubscribersWith(isCluster: boolean, sharded: boolean): CountSubscribers {
  const countOn = async (client: RedisPubSubClient, channel: string): Promise<number> => {
    const counts = await (sharded
      ? client.pubSubShardNumSub([channel])
      : client.pubSubNumSub([channel]));
    return counts[channel] ?? 0;
  };
  if (!isCluster) return countOn;
  return async (client, channel) => {
    const cluster = client as unknown as ClusterClient;
    const counts = await Promise.all(
      cluster.masters.map(async (node) => countOn(await cluster.nodeClient(node), channel)),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  };
}

/**
 * Creates a client that queues nothing while Redis is unavailable: commands are rejected
 * immediately.
 */
function createPubSubClient(url: string, connectTimeout: number): RedisPubSubClient {
  return createClient({
    url,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    // Avoids one timer per command. The heartbeat detects a Redis that does not respond.
    commandOptions: { timeout: 0 },
    socket: {
      connectTimeout,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1000) + Math.random() * 100,
    },
  }) as unknown as RedisPubSubClient;
}

/**
 * Returns a function that creates clients for the `url` or `client` of the options. Throws if
 * neither or both are set.
 */
export function clientFactory(
  url: string | undefined,
  client: RedisClientTemplate | undefined,
  connectTimeout: number,
): () => RedisPubSubClient {
  if (url !== undefined && client !== undefined) throw errors.twoTargets();
  if (client !== undefined) return () => client.duplicate() as RedisPubSubClient;
  if (url === undefined) throw errors.noTarget();
  if (!isRedisUrl(url)) throw errors.invalidUrl();
  return () => createPubSubClient(url, connectTimeout);
}

const isRedisUrl = (url: string): boolean =>
  url.startsWith('unix:') || (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol));
