import { isRefusal } from './explain-redis-error.ts';
import { Backlog } from './backlog.ts';
import { Inbox } from './inbox.ts';
import type { PayloadHandler } from './payload-handler.ts';
import type { RedisPubSubClient } from '../redis-client.ts';

interface Subscription {
  readonly inbox: Inbox;
  /** Whether Redis has confirmed the subscription to the current client. */
  isConfirmed: boolean;
  /** Settles when Redis has confirmed or refused the subscription. */
  ready: Promise<void>;
}

const done = Promise.resolve();
/** The maximum number of channels in one SUBSCRIBE when subscriptions are restored. */
const CHUNK_SIZE = 1000;

/**
 * The channels that this server subscribes to. Subscriptions that Redis had not confirmed when a
 * connection closed are requested again on the next connection. Source: `RedisSubscriptionManager`.
 */
export class Subscriptions {
  readonly backlog = new Backlog();
  readonly #subscriptions = new Map<string, Subscription>();
  /** The newest SUBSCRIBE of each channel, until Redis replies. */
  readonly #requested = new Map<string, Subscription>();
  /**
   * Channels that the client may still be subscribed to, because Redis did not confirm the
   * UNSUBSCRIBE.
   */
  readonly #stale = new Set<string>();
  readonly #sharded: boolean;
  #client: RedisPubSubClient | undefined;

  constructor(sharded: boolean) {
    this.#sharded = sharded;
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  get isComplete(): boolean {
    if (this.#stale.size > 0) return false;
    for (const subscription of this.#subscriptions.values())
      if (!subscription.isConfirmed) return false;
    return true;
  }

  /**
   * Adds a channel. Resolves when Redis has confirmed it, or immediately if there is no client.
   * Rejects if Redis refuses.
   */
  add(channel: string, handle: PayloadHandler): Promise<void> {
    const existing = this.#subscriptions.get(channel);
    if (existing !== undefined) return existing.ready;
    const subscription: Subscription = {
      inbox: new Inbox(handle, this.backlog),
      isConfirmed: false,
      ready: done,
    };
    this.#subscriptions.set(channel, subscription);
    if (this.#client !== undefined)
      subscription.ready = this.#subscribeNew(this.#client, channel, subscription);
    return subscription.ready;
  }

  /**
   * Removes channels, and drops what has arrived on them and waits for slow receivers. Resolves
   * when Redis has confirmed it. Without a client, the next `restore` unsubscribes.
   */
  async remove(channels: readonly string[]): Promise<void> {
    const removed = new Map<string, Subscription>();
    for (const channel of channels) {
      const subscription = this.#subscriptions.get(channel);
      if (subscription === undefined) continue;
      this.#subscriptions.delete(channel);
      // If the channel is added again, its new receivers must not get the messages from before.
      subscription.inbox.dropWaiting();
      removed.set(channel, subscription);
    }
    const client = this.#client;
    if (client === undefined) {
      for (const channel of removed.keys()) this.#stale.add(channel);
      return;
    }
    const requested = [...removed].filter(([channel]) => this.#requested.has(channel));
    for (const [channel] of requested) removed.delete(channel);
    await Promise.all([
      this.#unsubscribeAll(client, [...removed.keys()]),
      ...requested.map(([channel, { ready }]) => this.#unsubscribeAfter(ready, client, channel)),
    ]);
  }

  /**
   * Unsubscribes from a channel when Redis has replied to its SUBSCRIBE. The client of Redis loses
   * a subscription that is requested between the replies to an earlier SUBSCRIBE and UNSUBSCRIBE,
   * if the UNSUBSCRIBE was sent before the first reply.
   */
  async #unsubscribeAfter(
    ready: Promise<void>,
    client: RedisPubSubClient,
    channel: string,
  ): Promise<void> {
    await ready.catch(() => undefined);
    // If the channel was added again, its next removal unsubscribes.
    if (this.#subscriptions.has(channel) || this.#requested.has(channel)) return;
    await this.#unsubscribe(client, [channel]);
  }

  /** Handles everything that has arrived on these channels and waits for slow receivers. */
  handleWaiting(channels: readonly string[]): void {
    for (const channel of channels) this.#subscriptions.get(channel)?.inbox.handleWaiting();
  }

  /**
   * Sets the client on which channels are added and removed from now on. `restore` has subscribed
   * it before.
   */
  use(client: RedisPubSubClient): void {
    this.#client = client;
  }

  /** Removes the client, but expects the same client again. */
  pause(): void {
    this.#client = undefined;
  }

  /** Removes the client. The next one is a new client without subscriptions. */
  forget(): void {
    this.#client = undefined;
    this.#stale.clear();
    for (const subscription of this.#subscriptions.values()) subscription.isConfirmed = false;
  }

  /**
   * Subscribes a client to the missing channels and unsubscribes it from the stale ones. Calls
   * `onProgress` for each SUBSCRIBE that Redis confirms. Rejects with the error of Redis.
   */
  async restore(client: RedisPubSubClient, onProgress: () => void): Promise<void> {
    const stale = [...this.#stale].filter((channel) => !this.#subscriptions.has(channel));
    this.#stale.clear();
    const unsubscribed = this.#unsubscribeAll(client, stale);
    const missing = [...this.#subscriptions].filter(
      ([, subscription]) => !subscription.isConfirmed,
    );
    const subscribed = chunks(missing, this.#sharded ? 1 : CHUNK_SIZE).map(async (entries) => {
      await this.#subscribe(
        client,
        entries.map(([channel]) => channel),
      );
      onProgress();
      for (const [channel, subscription] of entries)
        this.#markConfirmed(client, channel, subscription);
    });
    await Promise.all([unsubscribed, ...subscribed]);
  }

  async #subscribeNew(
    client: RedisPubSubClient,
    channel: string,
    subscription: Subscription,
  ): Promise<void> {
    this.#requested.set(channel, subscription);
    try {
      await this.#subscribe(client, [channel]);
      this.#markConfirmed(client, channel, subscription);
    } catch (error) {
      if (!isRefusal(error)) return; // The connection closed. `restore` subscribes on the next one.
      if (this.#subscriptions.get(channel) === subscription) this.#subscriptions.delete(channel);
      throw error;
    } finally {
      if (this.#requested.get(channel) === subscription) this.#requested.delete(channel);
    }
  }

  /** Ignores the confirmation if the client has been destroyed in the meantime. */
  #markConfirmed(client: RedisPubSubClient, channel: string, subscription: Subscription): void {
    if (this.#subscriptions.get(channel) === subscription && client.isReady)
      subscription.isConfirmed = true;
  }

  #subscribe(client: RedisPubSubClient, channels: string[]): Promise<void> {
    return this.#sharded
      ? client.sSubscribe(channels, this.#receive, true)
      : client.subscribe(channels, this.#receive, true);
  }

  /** Resolves also if Redis does not confirm it. */
  async #unsubscribeAll(client: RedisPubSubClient, channels: readonly string[]): Promise<void> {
    const parts = chunks(channels, this.#sharded ? 1 : CHUNK_SIZE);
    await Promise.all(parts.map((part) => this.#unsubscribe(client, part)));
  }

  async #unsubscribe(client: RedisPubSubClient, channels: string[]): Promise<void> {
    try {
      if (this.#sharded) await client.sUnsubscribe(channels, this.#receive, true);
      else await client.unsubscribe(channels, this.#receive, true);
    } catch {
      for (const channel of channels)
        if (!this.#subscriptions.has(channel)) this.#stale.add(channel);
    }
  }

  // One listener for all channels, because the client stores it per channel and removes it by
  // identity.
  readonly #receive = (payload: Buffer, channel: Buffer): void => {
    this.#subscriptions.get(channel.toString())?.inbox.receive(payload);
  };
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
