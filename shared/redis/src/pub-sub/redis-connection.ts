import { causes } from '../causes.ts';
import { errors } from '../errors.ts';
import { explainRedisError, isRefusal } from './explain-redis-error.ts';
import type { PayloadHandler } from './payload-handler.ts';
import { PublishWindow } from './publish-window.ts';
import { type Publish, type RedisPubSubClient, withPriority } from '../redis-client.ts';
import type { ResolvedRedisOptions } from '../redis-options.ts';
import { SilenceTimer } from './silence-timer.ts';
import { Subscriptions } from './subscriptions.ts';

/**
 * `connecting` lasts until the first attempt has succeeded or failed. Until then, sends and
 * requests wait.
 */
export type RedisConnectionState = 'connecting' | 'connected' | 'disconnected' | 'closed';

/** The events of a connection, for its owner. */
export interface RedisConnectionEvents {
  onConnected(): void;
  /** Called once for each outage. `cause` contains no secrets. */
  onDisconnected(cause: string): void;
  /**
   * The message that tests the connection. Only this server subscribes to its channel;
   * the owner calls {@link RedisConnection.onHeartbeat} when it arrives.
   */
  readonly heartbeat: { readonly channel: string; readonly payload: Buffer };
}

interface Clients {
  readonly publisher: RedisPubSubClient;
  readonly subscriber: RedisPubSubClient;
  readonly since: number;
}

/**
 * The connection of one hub to Redis: one client that publishes and one that subscribes. It is
 * connected when every subscription is
 * confirmed and a heartbeat has arrived. If heartbeats do not arrive, both clients are replaced.
 */
export class RedisConnection {
  readonly subscriptions: Subscriptions;
  readonly window = new PublishWindow();
  /** Resolves when the first attempt has succeeded or failed. */
  readonly started: Promise<void>;
  readonly #options: ResolvedRedisOptions;
  readonly #events: RedisConnectionEvents;
  #resolveStarted: () => void = () => undefined;
  #state: RedisConnectionState = 'connecting';
  #cause: string = causes.unavailable;
  #clients: Clients | undefined;
  #isRestoring = false;
  #timer: NodeJS.Timeout | undefined;
  /** Run while this server waits for a client, each for the newest reply that it waits for. */
  readonly #silences: { publisher?: SilenceTimer; subscriber?: SilenceTimer } = {};
  #resolveHeartbeat: () => void = () => undefined;
  #roundTrip = 0;
  #outages = 0;
  /** Whether each heartbeat checks the role of Redis. */
  #readsRole = false;

  constructor(options: ResolvedRedisOptions, events: RedisConnectionEvents) {
    this.#options = options;
    this.#events = events;
    this.subscriptions = new Subscriptions(options.shardedPubSub);
    this.started = new Promise((resolve) => (this.#resolveStarted = resolve));
  }

  get state(): RedisConnectionState {
    return this.#state;
  }

  /** Why Redis is unavailable, as text without secrets. */
  get cause(): string {
    return this.#cause;
  }

  /** How long the last heartbeat took through Redis and back, in ms. */
  get roundTrip(): number {
    return this.#roundTrip;
  }

  /** Connects, and reconnects after each outage until `close` is called. */
  open(): void {
    this.#createClients();
    this.#schedule();
  }

  /**
   * Publishes immediately, or rejects. `publish` replaces the option `publish`. Resolves with the
   * number of receivers that Redis reports.
   */
  publish(channel: string, payload: Buffer, publish?: Publish): Promise<number> {
    const published = this.#publish(channel, payload, false, publish).then((receivers) => {
      this.#silences.publisher?.recordSignOfLife();
      return receivers;
    });
    return this.window.track(payload.length, published);
  }

  #publish(
    channel: string,
    payload: Buffer,
    isUrgent = false,
    publish = this.#options.publish,
  ): Promise<number> {
    const publisher = this.#clients?.publisher;
    if (publisher === undefined) return Promise.reject(errors.unavailable(this.#cause));
    return publish(publisher, channel, payload, isUrgent);
  }

  /**
   * Runs a command on the publisher immediately, or rejects. Rejects if the publisher is replaced.
   */
  async run<T>(command: (client: RedisPubSubClient) => Promise<T>): Promise<T> {
    const publisher = this.#clients?.publisher;
    if (publisher === undefined) throw errors.unavailable(this.#cause);
    const reply = await command(publisher);
    this.#silences.publisher?.recordSignOfLife();
    return reply;
  }

  /**
   * Subscribes to a channel. Resolves when Redis has confirmed it, or immediately while Redis is
   * unavailable.
   */
  async subscribe(channel: string, handle: PayloadHandler): Promise<void> {
    await this.subscriptions.add(channel, (payload) => {
      this.#silences.subscriber?.recordSignOfLife();
      return handle(payload);
    });
    if (this.#state === 'connecting') await this.started;
  }

  unsubscribe(channels: readonly string[]): Promise<void> {
    return this.subscriptions.remove(channels);
  }

  /** Called by the owner when the heartbeat arrives. */
  onHeartbeat(): void {
    this.#resolveHeartbeat();
  }

  /**
   * Waits until Redis has confirmed every publish, for at most `heartbeatTimeout`.
   * Returns the number of publishes that are still not confirmed.
   */
  async flush(): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#options.heartbeatTimeout);
    });
    await Promise.race([this.window.whenEmpty(), timedOut]);
    clearTimeout(timer);
    return this.window.messages;
  }

  /**
   * Closes both clients. Call {@link RedisConnection.flush} before, because it drops what Redis has
   * not confirmed.
   */
  close(): void {
    this.#state = 'closed';
    this.#cause = causes.closed;
    clearTimeout(this.#timer);
    this.#destroyClients();
    this.#resolveStarted();
  }

  #createClients(): void {
    this.#destroyClients();
    const publisher = this.#options.createClient();
    const subscriber = this.#options.sharesClient ? publisher : this.#options.createClient();
    this.#clients = { publisher, subscriber, since: performance.now() };
    this.#readsRole = this.#options.checksRole;
    for (const client of new Set([publisher, subscriber])) {
      const isCurrent = (): boolean => this.#clients?.publisher === publisher;
      client.on('error', (error) => {
        if (isCurrent()) this.#onFailure(explainRedisError(error, this.#state === 'connected'));
      });
      client.on('ready', () => {
        if (isCurrent()) void this.#restore();
      });
      client.connect().then(
        () => {
          // A client that was destroyed while its socket was opening connects nevertheless.
          if (isCurrent()) void this.#restore();
          else destroy(client);
        },
        // The client also emits the error, and `#tick` replaces a client that has stopped.
        () => undefined,
      );
    }
  }

  #destroyClients(): void {
    const clients = this.#clients;
    this.#clients = undefined;
    this.subscriptions.forget();
    if (clients === undefined) return;
    destroy(clients.publisher);
    destroy(clients.subscriber);
  }

  #onFailure(cause: string): void {
    const isNew = this.#state !== 'disconnected';
    // A command that fails during an outage does not explain the outage, so the first cause stays.
    if (!isNew && cause === causes.unavailable) return;
    this.#state = 'disconnected';
    this.#cause = cause;
    this.subscriptions.pause();
    if (isNew) this.#outages++;
    if (isNew) this.#events.onDisconnected(cause);
    this.#resolveStarted();
    if (isNew) this.#schedule();
  }

  /**
   * Restores the subscriptions, sends a heartbeat, and changes to `connected` when both have
   * succeeded. Replaces the clients if Redis is silent meanwhile.
   */
  async #restore(): Promise<void> {
    const clients = this.#clients;
    if (this.#isRestoring || clients === undefined || this.#state === 'connected') return;
    if (!clients.publisher.isReady || !clients.subscriber.isReady) return;
    this.#isRestoring = true;
    try {
      do {
        const recordProgress = (): void => this.#silences.subscriber?.recordSignOfLife();
        const restored = this.subscriptions.restore(clients.subscriber, recordProgress);
        await this.#waitFor('subscriber', restored);
        await this.#sendHeartbeat();
        if (this.#clients !== clients || !clients.subscriber.isReady) break;
      } while (!this.subscriptions.isComplete);
      if (this.#clients === clients && clients.subscriber.isReady)
        this.#onRestored(clients.subscriber);
    } catch (error) {
      if (this.#clients === clients) {
        this.#onFailure(explain(error));
        // `#tick` replaces the clients after other errors, which may follow each other quickly.
        if (error instanceof SilentConnectionError) this.#createClients();
      }
    } finally {
      this.#isRestoring = false;
    }
    if (this.#clients !== clients) await this.#restore();
  }

  #onRestored(subscriber: RedisPubSubClient): void {
    this.subscriptions.use(subscriber);
    this.#state = 'connected';
    this.#events.onConnected();
    this.#resolveStarted();
  }

  /**
   * Sends a heartbeat and waits until it arrives. It is written before the messages that wait in
   * this process, but follows those that are in the socket or in Redis. While these delay it, a
   * connection counts as alive if it has traffic: the publisher if it receives replies until the
   * heartbeat is published, then the subscriber if it receives messages.
   */
  async #sendHeartbeat(): Promise<void> {
    const { channel, payload } = this.#events.heartbeat;
    const sentAt = performance.now();
    const received = new Promise<void>((resolve) => {
      this.#resolveHeartbeat = resolve;
    });
    const confirmed = Promise.all([this.#checkRole(), this.#publish(channel, payload, true)]);
    await this.#waitFor('publisher', confirmed);
    await this.#waitFor('subscriber', received);
    this.#roundTrip = performance.now() - sentAt;
  }

  /**
   * Waits for a reply of a client. Rejects if the client is silent for `heartbeatTimeout`, because
   * such a connection does not close by itself.
   */
  async #waitFor(client: 'publisher' | 'subscriber', reply: Promise<unknown>): Promise<void> {
    const { heartbeatTimeout } = this.#options;
    let onSilence: () => void = () => undefined;
    const silent = new Promise<never>((_, reject) => {
      onSilence = () => reject(new SilentConnectionError(causes.silent(heartbeatTimeout)));
    });
    const silence = new SilenceTimer(heartbeatTimeout, onSilence);
    this.#silences[client] = silence;
    try {
      await Promise.race([reply, silent]);
    } finally {
      silence.stop();
      if (this.#silences[client] === silence) delete this.#silences[client];
    }
  }

  /**
   * Rejects if the publisher is connected to a replica, for example to a master that was demoted. A
   * replica accepts a publish, but
   * does not forward it to its master.
   */
  async #checkRole(): Promise<void> {
    const publisher = this.#clients?.publisher;
    if (!this.#readsRole || publisher?.role === undefined) return;
    const reply = await withPriority(publisher)
      .role?.()
      .catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
        // The user may not run ROLE, so this fault cannot be detected.
        this.#readsRole = false;
        return undefined;
      });
    if (reply?.role === 'slave') throw new FaultyConnectionError(causes.readOnly);
  }

  /**
   * Schedules the next heartbeat, or during an outage the next attempt to replace or restore the
   * clients.
   */
  #schedule(): void {
    clearTimeout(this.#timer);
    const { heartbeatInterval } = this.#options;
    const delay =
      this.#state === 'connected' ? heartbeatInterval : Math.min(1000, heartbeatInterval);
    this.#timer = setTimeout(
      () =>
        void this.#tick().finally(() => {
          if (this.#state !== 'closed') this.#schedule();
        }),
      delay,
    );
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    if (this.#state === 'connected') {
      const clients = this.#clients;
      const outages = this.#outages;
      try {
        await this.#sendHeartbeat();
      } catch (error) {
        // A heartbeat that was lost in an outage says nothing about the connection after it.
        if (this.#clients !== clients || this.#outages !== outages) return;
        this.#onFailure(explain(error));
        if (error instanceof FaultyConnectionError) this.#createClients();
      }
      return;
    }
    const age = performance.now() - (this.#clients?.since ?? 0);
    if (
      this.#clients === undefined ||
      (!this.#isRestoring && age > this.#options.heartbeatTimeout)
    ) {
      if (this.#state === 'connecting') this.#onFailure(causes.timedOut);
      this.#createClients();
    } else await this.#restore();
  }
}

function destroy(client: RedisPubSubClient): void {
  try {
    void Promise.resolve(client.destroy()).catch(() => undefined);
  } catch {
    // The client was never open.
  }
}

/** Nothing arrives, or Redis is not the master. Such a connection does not close by itself. */
class FaultyConnectionError extends Error {}

class SilentConnectionError extends FaultyConnectionError {}

const explain = (error: unknown): string =>
  error instanceof FaultyConnectionError ? error.message : explainRedisError(error, true);
