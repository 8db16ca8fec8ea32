import { errorTexts } from '../error-texts.ts';
import { explainRedisError } from './explain-redis-error.ts';
import type { PayloadHandler } from './payload-handler.ts';
import { PublishWindow } from './publish-window.ts';
import type { RedisPubSubClient } from '../redis-client.ts';
import type { ResolvedRedisOptions } from '../redis-options.ts';
import { Subscriptions } from './subscriptions.ts';

/** `connecting` lasts until the first success or failure; then what can be done without Redis goes on without it. */
export type RedisConnectionState = 'connecting' | 'connected' | 'disconnected' | 'closed';

/** What the owner of a connection is told. */
export interface RedisConnectionEvents {
  onConnected(): void;
  /** `cause` is a sentence without secrets. Told once for each outage. */
  onDisconnected(cause: string): void;
  /** To be published where only this server hears it; then to be reported by {@link RedisConnection.onHeartbeat}. */
  readonly heartbeat: { readonly channel: string; readonly payload: Buffer };
}

interface Clients {
  readonly publisher: RedisPubSubClient;
  readonly subscriber: RedisPubSubClient;
  readonly since: number;
}

/**
 * The way of one hub to Redis: one client that publishes and one that subscribes. It counts as connected when every subscription is
 * back and a heartbeat has come through, and is made anew when heartbeats stay away.
 */
export class RedisConnection {
  readonly subscriptions: Subscriptions;
  readonly window = new PublishWindow();
  /** Resolves when the first attempt has succeeded or failed. */
  readonly started: Promise<void>;
  readonly #options: ResolvedRedisOptions;
  readonly #events: RedisConnectionEvents;
  #start: () => void = () => undefined;
  #state: RedisConnectionState = 'connecting';
  #cause: string = errorTexts.away;
  #clients: Clients | undefined;
  #restoring = false;
  #timer: NodeJS.Timeout | undefined;
  #resolveHeartbeat: (() => void) | undefined;
  #roundTrip = 0;

  constructor(options: ResolvedRedisOptions, events: RedisConnectionEvents) {
    this.#options = options;
    this.#events = events;
    this.subscriptions = new Subscriptions(options.shardedPubSub);
    this.started = new Promise((resolve) => (this.#start = resolve));
  }

  get state(): RedisConnectionState {
    return this.#state;
  }

  /** Why Redis cannot be reached, as a sentence without secrets. */
  get cause(): string {
    return this.#cause;
  }

  /** The time of the last heartbeat through Redis and back, in ms. */
  get roundTrip(): number {
    return this.#roundTrip;
  }

  /** Connects, and keeps connected until `close`. */
  open(): void {
    this.#open();
    this.#schedule();
  }

  /** Publishes now or rejects. Resolves with the number of receivers that Redis counts. */
  publish(channel: string, payload: Buffer): Promise<number> {
    const publisher = this.#clients?.publisher;
    if (publisher === undefined) return Promise.reject(new Error(this.#cause));
    return this.window.track(payload.length, this.#options.publish(publisher, channel, payload));
  }

  /** Adds a channel; resolves when messages for it arrive, at once while Redis is away. */
  async subscribe(channel: string, handle: PayloadHandler): Promise<void> {
    await this.subscriptions.add(channel, handle);
    if (this.#state === 'connecting') await this.started;
  }

  unsubscribe(channel: string): Promise<void> {
    return this.subscriptions.remove(channel);
  }

  /** The heartbeat has come back. */
  onHeartbeat(): void {
    this.#resolveHeartbeat?.();
  }

  close(): void {
    this.#state = 'closed';
    this.#cause = errorTexts.closed;
    clearTimeout(this.#timer);
    this.#drop();
    this.#resolveHeartbeat = undefined;
    this.#start();
  }

  #open(): void {
    this.#drop();
    const [publisher, subscriber] = [this.#options.createClient(), this.#options.createClient()];
    this.#clients = { publisher, subscriber, since: performance.now() };
    for (const client of [publisher, subscriber]) {
      const isCurrent = (): boolean => this.#clients?.publisher === publisher;
      client.on('error', (error) => {
        if (isCurrent()) this.#failed(explainRedisError(error, this.#state === 'connected'));
      });
      client.on('ready', () => void (isCurrent() && this.#restore()));
      // What ends a client for good is an error too, and the next attempt makes a new one.
      client.connect().then(
        // One that was dropped while its socket was being made comes up all the same.
        () => void (isCurrent() ? this.#restore() : end(client)),
        () => undefined,
      );
    }
  }

  #drop(): void {
    const clients = this.#clients;
    this.#clients = undefined;
    this.subscriptions.forget();
    if (clients === undefined) return;
    end(clients.publisher);
    end(clients.subscriber);
  }

  #failed(cause: string): void {
    if (this.#state === 'closed') return;
    const isNew = this.#state !== 'disconnected';
    // That commands fail while there is no connection says nothing about why there is none.
    if (!isNew && cause === errorTexts.away) return;
    this.#state = 'disconnected';
    this.#cause = cause;
    this.subscriptions.pause();
    if (isNew) this.#events.onDisconnected(cause);
    this.#start();
    if (isNew) this.#schedule();
  }

  /** Brings subscriptions back, tries the way there and back, and only then counts as connected. */
  async #restore(): Promise<void> {
    const clients = this.#clients;
    if (this.#restoring || clients === undefined || this.#state === 'connected') return;
    if (!clients.publisher.isReady || !clients.subscriber.isReady) return;
    this.#restoring = true;
    try {
      do {
        await this.subscriptions.restore(clients.subscriber);
        await this.#beat();
        if (this.#clients !== clients || !clients.subscriber.isReady) break;
      } while (!this.subscriptions.isComplete);
      if (this.#clients === clients && clients.subscriber.isReady)
        this.#connected(clients.subscriber);
    } catch (error) {
      if (this.#clients === clients) this.#failed(explain(error));
    } finally {
      this.#restoring = false;
    }
    if (this.#clients !== clients) await this.#restore();
  }

  #connected(subscriber: RedisPubSubClient): void {
    this.subscriptions.use(subscriber);
    this.#state = 'connected';
    this.#events.onConnected();
    this.#start();
  }

  /** Sends a heartbeat and waits for it. */
  async #beat(): Promise<void> {
    const { channel, payload } = this.#events.heartbeat;
    const sentAt = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const back = new Promise<void>((resolve, reject) => {
      this.#resolveHeartbeat = resolve;
      timer = setTimeout(
        () => reject(new SilenceError(errorTexts.silent(this.#options.heartbeatTimeout))),
        this.#options.heartbeatTimeout,
      );
      this.publish(channel, payload).catch(reject);
    });
    try {
      await back;
      this.#roundTrip = performance.now() - sentAt;
    } finally {
      clearTimeout(timer);
      this.#resolveHeartbeat = undefined;
    }
  }

  /** While connected: a heartbeat from time to time. While not: what the client library does not try by itself. */
  #schedule(): void {
    clearTimeout(this.#timer);
    const { heartbeatInterval } = this.#options;
    const pause =
      this.#state === 'connected' ? heartbeatInterval : Math.min(1000, heartbeatInterval);
    this.#timer = setTimeout(
      () => void this.#tick().finally(() => this.#state !== 'closed' && this.#schedule()),
      pause,
    );
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    if (this.#state === 'connected') {
      const clients = this.#clients;
      try {
        await this.#beat();
      } catch (error) {
        if (this.#clients !== clients) return;
        this.#failed(explain(error));
        // A connection that swallows everything does not end by itself.
        if (error instanceof SilenceError) this.#open();
      }
      return;
    }
    const age = performance.now() - (this.#clients?.since ?? 0);
    if (this.#clients === undefined || (!this.#restoring && age > this.#options.heartbeatTimeout)) {
      if (this.#state === 'connecting') this.#failed(errorTexts.timedOut);
      this.#open();
    } else await this.#restore();
  }
}

function end(client: RedisPubSubClient): void {
  try {
    void Promise.resolve(client.destroy()).catch(() => undefined);
  } catch {
    // it has not been open
  }
}

class SilenceError extends Error {}

const explain = (error: unknown): string =>
  error instanceof SilenceError ? error.message : explainRedisError(error, true);
