import { createClient } from '@redis/client';
import { errorTexts } from './error-texts.ts';

type Listener = (payload: Buffer, channel: Buffer) => void;

/** A client of @redis/client, made by `createClient`, `createCluster` or `createSentinel`. Only its `duplicate` is used. */
export interface RedisClientTemplate {
  duplicate(): object;
  publish(channel: string, message: Buffer): Promise<number>;
}

/** What is used of a client. */
export interface RedisPubSubClient {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): unknown;
  publish(channel: string, message: Buffer): Promise<number>;
  sPublish(channel: string, message: Buffer): Promise<number>;
  subscribe(channels: string | string[], listener: Listener, bufferMode: true): Promise<void>;
  unsubscribe(channels: string | string[], listener: Listener, bufferMode: true): Promise<void>;
  sSubscribe(channels: string | string[], listener: Listener, bufferMode: true): Promise<void>;
  sUnsubscribe(channels: string | string[], listener: Listener, bufferMode: true): Promise<void>;
  on(event: 'error' | 'ready', listener: (error?: unknown) => void): unknown;
}

/** How a client publishes. */
export type Publish = (
  client: RedisPubSubClient,
  channel: string,
  payload: Buffer,
) => Promise<number>;

interface ClusterClient {
  readonly slots: readonly { readonly master: object }[];
  nodeClient(node: object): RedisPubSubClient | Promise<RedisPubSubClient>;
}

/** In a cluster each publish would go to some node, and order would be lost: the owner of one slot gets them all. */
const publishInCluster: Publish = async (client, channel, payload) => {
  const cluster = client as unknown as ClusterClient;
  const node = await cluster.nodeClient(cluster.slots[0]?.master as object);
  return node.publish(channel, payload);
};

export function publishWith(isCluster: boolean, sharded: boolean): Publish {
  if (sharded) return (client, channel, payload) => client.sPublish(channel, payload);
  return isCluster
    ? publishInCluster
    : (client, channel, payload) => client.publish(channel, payload);
}

/** A client that keeps nothing while Redis is away: what cannot be sent now fails now. */
function clientOf(url: string, connectTimeout: number): RedisPubSubClient {
  return createClient({
    url,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    commandOptions: { timeout: 0 }, // a timer for each command otherwise; the heartbeat finds a silent Redis
    socket: {
      connectTimeout,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1000) + Math.random() * 100,
    },
  }) as unknown as RedisPubSubClient;
}

/** Makes clients for what the options name. Throws a sentence where they name nothing, or too much. */
export function clientFactory(
  url: string | undefined,
  client: RedisClientTemplate | undefined,
  connectTimeout: number,
): () => RedisPubSubClient {
  if (url !== undefined && client !== undefined) throw new TypeError(errorTexts.twoTargets);
  if (client !== undefined) return () => client.duplicate() as RedisPubSubClient;
  if (url === undefined) throw new TypeError(errorTexts.noTarget);
  if (!isRedisUrl(url)) throw new TypeError(errorTexts.badUrl);
  return () => clientOf(url, connectTimeout);
}

const isRedisUrl = (url: string): boolean =>
  url.startsWith('unix:') || (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol));
