import type { HealthReportEntry, ScaleOutHub } from '@practical-signalr/server/scale-out';
import { causes } from '../causes.ts';
import { errors } from '../errors.ts';
import { logMessages } from '../log-messages.ts';
import type { CountSubscribers, Publish, RedisPubSubClient } from '../redis-client.ts';
import type { ResolvedRedisOptions } from '../redis-options.ts';
import type { Backlog } from './backlog.ts';
import { explainRedisError, isRefusal } from './explain-redis-error.ts';
import type { PayloadHandler } from './payload-handler.ts';
import { RedisConnection } from './redis-connection.ts';
import { ForeignMessageError, writeAck } from './redis-protocol.ts';
import { RedisStatistics } from './redis-statistics.ts';

const done = Promise.resolve();
/** The id in the ack that serves as heartbeat. No group command has the id 0. */
export const HEARTBEAT_ID = 0;

/** Delivers a message to the clients of this server. */
export type SendLocal = () => Promise<void> | undefined;

/** What a lifetime manager does at the start and the end of each outage. */
export interface OutageListener {
  /** `cause` contains no secrets. */
  onDisconnected(cause: string): void;
  onReconnected(): void;
}

/**
 * The backplane of one hub as its lifetime manager sees it. Decides what happens while Redis is
 * unavailable,
 * counts messages and outages, and writes the log.
 */
export class RedisBus {
  readonly #hub: ScaleOutHub;
  readonly #sendsLocal: boolean;
  readonly #connection: RedisConnection;
  readonly #listener: OutageListener;
  readonly #countSubscribers: CountSubscribers;
  readonly #statistics = new RedisStatistics();
  /** Why Redis refuses publishes although it is connected. */
  #refusal: string | undefined;
  /** The number of lost and unconfirmed sends when the last outage began. */
  #lostBeforeOutage = 0;

  constructor(
    options: ResolvedRedisOptions,
    hub: ScaleOutHub,
    heartbeatChannel: string,
    listener: OutageListener,
  ) {
    this.#hub = hub;
    this.#listener = listener;
    this.#countSubscribers = options.countSubscribers;
    this.#sendsLocal = options.whileDisconnected === 'local';
    this.#connection = new RedisConnection(options, {
      heartbeat: { channel: heartbeatChannel, payload: Buffer.from(writeAck(HEARTBEAT_ID)) },
      onConnected: () => this.#onConnected(),
      onDisconnected: (cause) => this.#onDisconnected(cause),
    });
  }

  open(): void {
    this.#connection.open();
  }

  /**
   * Closes the connection after Redis has confirmed every publish. Rejects with
   * `ERR_SIGNALR_REDIS_NOT_FLUSHED`, after closing,
   * if Redis has not confirmed them within `heartbeatTimeout`.
   */
  async close(): Promise<void> {
    const failedBefore = this.#failedPublishes;
    const unconfirmed = await this.#connection.flush();
    const failed = this.#failedPublishes - failedBefore;
    this.#connection.close();
    if (unconfirmed + failed > 0) throw errors.notFlushed(unconfirmed + failed);
  }

  get #failedPublishes(): number {
    return this.#statistics.lostSends + this.#statistics.unconfirmedSends;
  }

  get isConnected(): boolean {
    return this.#connection.state === 'connected';
  }

  /** The number of outages so far. */
  get disconnections(): number {
    return this.#statistics.disconnections;
  }

  /** What arrived from Redis and waits for slow receivers. */
  get backlog(): Backlog {
    return this.#connection.subscriptions.backlog;
  }

  /** Called when the heartbeat arrives. */
  onHeartbeat(): void {
    this.excludeFromStatistics();
    this.#connection.onHeartbeat();
  }

  /** Excludes the message that is being handled from the statistics, because no app sent it. */
  excludeFromStatistics(): void {
    this.#statistics.receivedMessages--;
  }

  /**
   * Subscribes to a channel. Resolves when Redis has confirmed it, or immediately while Redis is
   * unavailable.
   * Rejects if Redis refuses.
   */
  async subscribe(channel: string, handle: PayloadHandler): Promise<void> {
    try {
      await this.#connection.subscribe(channel, (payload) =>
        this.#handle(channel, payload, handle),
      );
    } catch (error) {
      throw asCodedError(error);
    }
  }

  unsubscribe(channels: readonly string[]): Promise<void> {
    return this.#connection.unsubscribe(channels);
  }

  /**
   * Publishes once, regardless of the number of receivers. If Redis is unavailable, `sendLocal`
   * delivers to this server's clients.
   * Resolves when there is room for more; in mode `fail`, when Redis has accepted the message.
   * `publish` replaces the way to publish.
   */
  send(
    channel: string,
    encode: () => Uint8Array,
    sendLocal: SendLocal,
    publish?: Publish,
  ): Promise<void> {
    if (this.#connection.state === 'connecting') {
      return this.#connection.started.then(() => this.send(channel, encode, sendLocal, publish));
    }
    if (this.#connection.state !== 'connected') return this.#sendWithoutRedis(sendLocal);
    const { window, subscriptions } = this.#connection;
    if (window.isFull) return Promise.reject(errors.notSent(causes.windowFull));
    const published = this.#connection.publish(channel, bufferOf(encode()), publish);
    if (!this.#sendsLocal)
      return published.then(this.#onPublished, (error: unknown) => this.#rejectSend(error));
    published.then(this.#onPublished, (error: unknown) => this.#onPublishFailed(error, sendLocal));
    return window.whenRoom() ?? subscriptions.backlog.whenRoom() ?? done;
  }

  /**
   * Publishes a message that only another server can handle. Resolves with the number of receivers.
   */
  async request(channel: string, payload: Uint8Array): Promise<number> {
    if (this.#connection.state === 'connecting') await this.#connection.started;
    if (this.#connection.state !== 'connected') throw this.#createUnavailableError();
    if (this.#connection.window.isFull) throw errors.unavailable(causes.windowFull);
    try {
      const receivers = await this.#connection.publish(channel, bufferOf(payload));
      this.#statistics.publishedMessages++;
      return receivers;
    } catch (error) {
      throw asCodedError(error);
    }
  }

  /**
   * Runs a command on the connection that publishes. `explain` returns the reason why Redis refuses
   * it, as text without secrets.
   */
  async run<T>(
    command: (client: RedisPubSubClient) => Promise<T>,
    explain: (error: Error) => string = (error) => explainRedisError(error, true),
  ): Promise<T> {
    if (this.#connection.state === 'connecting') await this.#connection.started;
    if (this.#connection.state !== 'connected') throw this.#createUnavailableError();
    try {
      return await this.#connection.run(command);
    } catch (error) {
      throw isRefusal(error) ? errors.refused(explain(error as Error)) : asCodedError(error);
    }
  }

  /** Returns the number of subscribers of a channel. */
  countSubscribers(channel: string): Promise<number> {
    return this.run((client) => this.#countSubscribers(client, channel));
  }

  /**
   * Delivers everything that has arrived on these channels and waits for slow receivers. After this
   * call, only messages that arrive later will be delivered on them.
   */
  handleWaiting(channels: readonly string[]): void {
    this.#connection.subscriptions.handleWaiting(channels);
  }

  health(): HealthReportEntry {
    const { state, cause, roundTrip, subscriptions, window } = this.#connection;
    const { stateFor, disconnections, reconnections, lostSends, unconfirmedSends } =
      this.#statistics;
    const { publishedMessages, receivedMessages, foreignMessages } = this.#statistics;
    const problem = state === 'connected' ? this.#refusal : cause;
    return {
      status: problem === undefined ? 'Healthy' : 'Degraded',
      ...(problem === undefined ? {} : { description: problem }),
      data: {
        scaleOut: 'redis',
        state,
        stateFor,
        roundTrip: Math.round(roundTrip * 100) / 100,
        disconnections,
        reconnections,
        publishedMessages,
        receivedMessages,
        lostSends,
        unconfirmedSends,
        foreignMessages,
        subscriptions: subscriptions.size,
        bytesToRedis: window.bytes,
        bytesToClients: subscriptions.backlog.bytes,
      },
    };
  }

  #handle(channel: string, payload: Buffer, handle: PayloadHandler): Promise<void> | undefined {
    this.#statistics.receivedMessages++;
    try {
      return handle(payload)?.catch((error: unknown) => this.#onHandlingFailed(channel, error));
    } catch (error) {
      this.#onHandlingFailed(channel, error);
      return undefined;
    }
  }

  #onHandlingFailed(channel: string, error: unknown): void {
    if (error instanceof ForeignMessageError) this.#countForeignMessage(channel);
    else this.#hub.logger.error(logMessages.handlingFailed(channel), error);
  }

  /** Counts a message that no SignalR server wrote. Only the first one is logged. */
  #countForeignMessage(channel: string): void {
    this.#statistics.foreignMessages++;
    if (this.#statistics.foreignMessages === 1)
      this.#hub.logger.warn(logMessages.foreignMessage(channel));
  }

  readonly #onPublished = (): void => {
    this.#statistics.publishedMessages++;
    this.#refusal = undefined;
  };

  #sendWithoutRedis(sendLocal: SendLocal): Promise<void> {
    this.#statistics.lostSends++;
    if (this.#sendsLocal) return sendLocal() ?? done;
    const { state, cause } = this.#connection;
    return Promise.reject(state === 'closed' ? errors.closed() : errors.notSent(cause));
  }

  #createUnavailableError(): Error {
    const { state, cause } = this.#connection;
    return state === 'closed' ? errors.closed() : errors.unavailable(cause);
  }

  #onPublishFailed(error: unknown, sendLocal: SendLocal): void {
    this.#countFailedPublish(error);
    // A refused publish reached nobody, so local clients do not receive it twice.
    if (isRefusal(error)) void sendLocal();
  }

  #rejectSend(error: unknown): never {
    this.#countFailedPublish(error);
    throw errors.notSent(explainRedisError(error, true));
  }

  #countFailedPublish(error: unknown): void {
    if (!isRefusal(error)) {
      this.#statistics.unconfirmedSends++;
      return;
    }
    this.#statistics.lostSends++;
    const cause = explainRedisError(error, true);
    if (this.#refusal === cause) return;
    this.#refusal = cause;
    this.#hub.logger.error(logMessages.publishRefused(this.#hub.hubName, cause));
  }

  #onConnected(): void {
    const outage = this.#statistics.recordStateChange();
    const { lostSends, unconfirmedSends } = this.#statistics;
    const lost = lostSends + unconfirmedSends - this.#lostBeforeOutage;
    const { hubName, logger } = this.#hub;
    if (this.#statistics.disconnections === 0) {
      logger.info(logMessages.connected(hubName));
      return;
    }
    this.#statistics.reconnections++;
    logger.info(logMessages.reconnected(hubName, outage, lost));
    this.#listener.onReconnected();
  }

  #onDisconnected(cause: string): void {
    this.#statistics.recordStateChange();
    this.#statistics.disconnections++;
    this.#lostBeforeOutage = this.#statistics.lostSends + this.#statistics.unconfirmedSends;
    const consequence = this.#sendsLocal
      ? logMessages.servesLocalClients
      : logMessages.rejectsSends;
    this.#hub.logger.warn(logMessages.disconnected(this.#hub.hubName, cause, consequence));
    this.#listener.onDisconnected(cause);
  }
}

function asCodedError(error: unknown): Error {
  const cause = explainRedisError(error, true);
  return isRefusal(error) ? errors.refused(cause) : errors.unavailable(cause);
}

const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
