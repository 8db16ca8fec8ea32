import type { HealthReportEntry, ScaleOutHub } from '@practical-signalr/server/scale-out';
import { errorTexts } from '../error-texts.ts';
import { explainRedisError, isRefusal } from './explain-redis-error.ts';
import type { PayloadHandler } from './payload-handler.ts';
import { RedisConnection } from './redis-connection.ts';
import type { ResolvedRedisOptions } from '../redis-options.ts';
import { ForeignMessageError, writeAck } from './redis-protocol.ts';
import { RedisStatistics } from './redis-statistics.ts';

const done = Promise.resolve();
/** No command has the id 0: the heartbeat comes on a channel that only this server hears. */
export const HEARTBEAT_ID = 0;

/** The backplane of one hub as its lifetime manager sees it: what to do while Redis is away, what is counted, what is logged. */
export class RedisBus {
  readonly #hub: ScaleOutHub;
  readonly #sendsLocal: boolean;
  readonly #connection: RedisConnection;
  readonly #statistics = new RedisStatistics();
  /** Why Redis takes no publishes though it is there. */
  #refusal: string | undefined;
  #lostBefore = 0;

  constructor(options: ResolvedRedisOptions, hub: ScaleOutHub, heartbeatChannel: string) {
    this.#hub = hub;
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

  close(): void {
    this.#connection.close();
  }

  onHeartbeat(): void {
    this.#statistics.receivedMessages--; // it was counted as it came, in this same turn
    this.#connection.onHeartbeat();
  }

  /** Hears a channel. Resolves when Redis has confirmed it, at once while Redis is away; rejects where Redis refuses. */
  async subscribe(channel: string, handle: PayloadHandler): Promise<void> {
    try {
      await this.#connection.subscribe(channel, (payload) =>
        this.#handle(channel, payload, handle),
      );
    } catch (error) {
      throw new Error(explainRedisError(error, true));
    }
  }

  unsubscribe(channel: string): Promise<void> {
    return this.#connection.unsubscribe(channel);
  }

  /**
   * One publish, whatever the number of receivers. `local` reaches those of this server, where Redis cannot.
   * Resolves when Redis has room for more, in mode `fail` when Redis has the message.
   */
  send(
    channel: string,
    payload: () => Uint8Array,
    local: () => Promise<void> | undefined,
  ): Promise<void> {
    if (this.#connection.state === 'connecting') {
      return this.#connection.started.then(() => this.send(channel, payload, local));
    }
    if (this.#connection.state !== 'connected') return this.#sendWithout(local);
    const { window, subscriptions } = this.#connection;
    if (window.isFull)
      return Promise.reject(new Error(errorTexts.notSent(errorTexts.tooManyWaiting)));
    const published = this.#connection.publish(channel, bufferOf(payload()));
    if (!this.#sendsLocal)
      return published.then(this.#sent, (error: unknown) => this.#failed(error));
    published.then(this.#sent, (error: unknown) => this.#lost(error, local));
    return window.whenRoom() ?? subscriptions.backlog.whenRoom() ?? done;
  }

  /** Publishes what only another server can serve. Resolves with the number of receivers; rejects with the cause. */
  async request(channel: string, payload: Uint8Array): Promise<number> {
    if (this.#connection.state === 'connecting') await this.#connection.started;
    if (this.#connection.state !== 'connected') throw new Error(this.#connection.cause);
    try {
      const receivers = await this.#connection.publish(channel, bufferOf(payload));
      this.#statistics.publishedMessages++;
      return receivers;
    } catch (error) {
      throw new Error(explainRedisError(error, true));
    }
  }

  /** Counts what is not ours; the first one is logged. */
  foreign(channel: string): void {
    if (this.#statistics.foreignMessages++ === 0)
      this.#hub.logger.warn(errorTexts.foreignMessage(channel));
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
      return handle(payload)?.catch((error: unknown) => this.#handlingFailed(channel, error));
    } catch (error) {
      this.#handlingFailed(channel, error);
      return undefined;
    }
  }

  #handlingFailed(channel: string, error: unknown): void {
    if (error instanceof ForeignMessageError) this.foreign(channel);
    else this.#hub.logger.error(errorTexts.handlingFailed(channel), error);
  }

  readonly #sent = (): void => {
    this.#statistics.publishedMessages++;
    this.#refusal = undefined;
  };

  #sendWithout(local: () => Promise<void> | undefined): Promise<void> {
    this.#statistics.lostSends++;
    if (this.#sendsLocal) return local() ?? done;
    return Promise.reject(new Error(errorTexts.notSent(this.#connection.cause)));
  }

  /** A publish that Redis has refused reached nobody; of one that was on its way when the connection ended nobody knows. */
  #lost(error: unknown, local: () => Promise<void> | undefined): void {
    if (isRefusal(error)) {
      this.#statistics.lostSends++;
      this.#refused(error);
      void local();
    } else this.#statistics.unconfirmedSends++;
  }

  #failed(error: unknown): never {
    if (isRefusal(error)) {
      this.#statistics.lostSends++;
      this.#refused(error);
    } else this.#statistics.unconfirmedSends++;
    throw new Error(errorTexts.notSent(explainRedisError(error, true)));
  }

  #refused(error: unknown): void {
    const cause = explainRedisError(error, true);
    if (this.#refusal === cause) return;
    this.#refusal = cause;
    this.#hub.logger.error(errorTexts.publishRefused(this.#hub.hubName, cause));
  }

  #onConnected(): void {
    const ms = this.#statistics.changed();
    const { lostSends, unconfirmedSends } = this.#statistics;
    const lost = lostSends + unconfirmedSends - this.#lostBefore;
    const { hubName, logger } = this.#hub;
    if (this.#statistics.disconnections === 0) return logger.info(errorTexts.connected(hubName));
    this.#statistics.reconnections++;
    logger.info(errorTexts.reconnected(hubName, ms, lost));
  }

  #onDisconnected(cause: string): void {
    this.#statistics.changed();
    this.#statistics.disconnections++;
    this.#lostBefore = this.#statistics.lostSends + this.#statistics.unconfirmedSends;
    const mode = this.#sendsLocal ? errorTexts.servesLocal : errorTexts.failsSends;
    this.#hub.logger.warn(errorTexts.disconnected(this.#hub.hubName, cause, mode));
  }
}

const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
