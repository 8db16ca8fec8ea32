import { isRefusal } from './explain-redis-error.ts';
import { Backlog } from './backlog.ts';
import { Inbox } from './inbox.ts';
import type { PayloadHandler } from './payload-handler.ts';
import type { RedisPubSubClient } from '../redis-client.ts';

interface Subscription {
  readonly inbox: Inbox;
  /** Whether Redis has confirmed it to the client in use. */
  confirmed: boolean;
  ready: Promise<void>;
}

const done = Promise.resolve();
/** Channels in one SUBSCRIBE when all are asked for again. */
const CHUNK = 1000;

/**
 * The channels that this server wants. What Redis has not confirmed when a connection ends is asked for on the next one, so nothing
 * is forgotten. Source: `RedisSubscriptionManager`.
 */
export class Subscriptions {
  readonly backlog = new Backlog();
  readonly #wanted = new Map<string, Subscription>();
  /** What the client may still be subscribed to: leaving it was not confirmed. */
  readonly #stale = new Set<string>();
  readonly #sharded: boolean;
  #client: RedisPubSubClient | undefined;

  constructor(sharded: boolean) {
    this.#sharded = sharded;
  }

  get size(): number {
    return this.#wanted.size;
  }

  get isComplete(): boolean {
    if (this.#stale.size > 0) return false;
    for (const subscription of this.#wanted.values()) if (!subscription.confirmed) return false;
    return true;
  }

  /** Adds a channel. Resolves when Redis has confirmed it, at once while there is no client; rejects where Redis refuses. */
  add(channel: string, handle: PayloadHandler): Promise<void> {
    const known = this.#wanted.get(channel);
    if (known !== undefined) return known.ready;
    const subscription: Subscription = {
      inbox: new Inbox(handle, this.backlog),
      confirmed: false,
      ready: done,
    };
    this.#wanted.set(channel, subscription);
    if (this.#client !== undefined)
      subscription.ready = this.#confirm(this.#client, channel, subscription);
    return subscription.ready;
  }

  /** Takes a channel off; resolves when Redis has confirmed it, or when it will be told later. */
  async remove(channel: string): Promise<void> {
    if (!this.#wanted.delete(channel)) return;
    if (this.#client === undefined) this.#stale.add(channel);
    else await this.#leave(this.#client, [channel]);
  }

  /** From now on channels are added and removed on this client, which holds those that were confirmed on it before. */
  use(client: RedisPubSubClient): void {
    this.#client = client;
  }

  /** There is no client for now. */
  pause(): void {
    this.#client = undefined;
  }

  /** The next client starts with nothing. */
  forget(): void {
    this.#client = undefined;
    this.#stale.clear();
    for (const subscription of this.#wanted.values()) subscription.confirmed = false;
  }

  /** Brings a client to what is wanted. Rejects with the error of Redis. */
  async restore(client: RedisPubSubClient): Promise<void> {
    const stale = [...this.#stale].filter((channel) => !this.#wanted.has(channel));
    this.#stale.clear();
    const left = chunks(stale, this.#sharded ? 1 : CHUNK).map((channels) =>
      this.#leave(client, channels),
    );
    const missing = [...this.#wanted].filter(([, subscription]) => !subscription.confirmed);
    const asked = chunks(missing, this.#sharded ? 1 : CHUNK).map(async (entries) => {
      await this.#subscribe(
        client,
        entries.map(([channel]) => channel),
      );
      for (const [channel, subscription] of entries) this.#confirmed(client, channel, subscription);
    });
    await Promise.all([...left, ...asked]);
  }

  async #confirm(
    client: RedisPubSubClient,
    channel: string,
    subscription: Subscription,
  ): Promise<void> {
    try {
      await this.#subscribe(client, [channel]);
      this.#confirmed(client, channel, subscription);
    } catch (error) {
      if (!isRefusal(error)) return; // the connection ended: asked for again on the next one
      if (this.#wanted.get(channel) === subscription) this.#wanted.delete(channel);
      throw error;
    }
  }

  /** A confirmation of a client that has been given up is worth nothing. */
  #confirmed(client: RedisPubSubClient, channel: string, subscription: Subscription): void {
    if (this.#wanted.get(channel) === subscription && client.isReady) subscription.confirmed = true;
  }

  #subscribe(client: RedisPubSubClient, channels: string[]): Promise<void> {
    return this.#sharded
      ? client.sSubscribe(channels, this.#receive, true)
      : client.subscribe(channels, this.#receive, true);
  }

  async #leave(client: RedisPubSubClient, channels: string[]): Promise<void> {
    try {
      if (this.#sharded) await client.sUnsubscribe(channels, this.#receive, true);
      else await client.unsubscribe(channels, this.#receive, true);
    } catch {
      for (const channel of channels) if (!this.#wanted.has(channel)) this.#stale.add(channel);
    }
  }

  // One listener for all channels: the client keeps it for each, and takes it off by its identity.
  readonly #receive = (payload: Buffer, channel: Buffer): void => {
    this.#wanted.get(channel.toString())?.inbox.receive(payload);
  };
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
