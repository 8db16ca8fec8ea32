import { createClient } from '@redis/client';

type Listener = (payload: Buffer, channel: Buffer) => void;

/**
 * What is used of a client of @redis/client. `createClient`, `createCluster` and `createSentinel` make such clients.
 * The one that is passed is only copied by `duplicate()`: it need not be connected, and stays yours.
 */
export interface RedisPubSubClient {
  readonly isReady: boolean;
  duplicate(): RedisPubSubClient;
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

/** A client that keeps nothing while Redis is away: what cannot be sent now fails now. */
export function clientOf(url: string, connectTimeout: number): RedisPubSubClient {
  return createClient({
    url,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    commandOptions: { timeout: 0 }, // a timer for each command otherwise; the heartbeat finds a silent Redis
    socket: { connectTimeout, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1000) + Math.random() * 100 },
  }) as unknown as RedisPubSubClient;
}
