import {
  type CodedError,
  deliver,
  Gate,
  type LifetimeConnection,
  type Logger,
  type RecoveryReply,
  type RecoveryRequest,
} from '@practical-signalr/server/scale-out';
import { logMessages } from '../log-messages.ts';
import { isRefusal } from '../pub-sub/explain-redis-error.ts';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import type { RedisChannels } from '../pub-sub/redis-channels.ts';
import { ForeignMessageError } from '../pub-sub/redis-protocol.ts';
import type { Publish } from '../redis-client.ts';
import type { ResolvedRedisOptions } from '../redis-options.ts';
import { ArrivedBatch, type ArrivedMessage, type DeliverableBatch } from './arrived-batch.ts';
import type { ResolvedHistoryOptions } from './history-options.ts';
import { HistorySessions, joinMessages, type SessionHost } from './history-sessions.ts';
import {
  explainHistoryRefusal,
  HistoryStore,
  type ReachedHistory,
  readReached,
} from './history-store.ts';
import { OrderedDelivery } from './ordered-delivery.ts';
import { PublishScript } from './publish-script.ts';

/** The history of the messages of one hub, on one server. */
export class HubHistory {
  readonly #options: ResolvedHistoryOptions;
  readonly #publish: Publish;
  readonly #bus: RedisBus;
  readonly #channels: RedisChannels;
  readonly #logger: Logger;
  readonly #hubName: string;
  readonly #connectTimeout: number;
  readonly #store: HistoryStore;
  readonly #sessions: HistorySessions;
  readonly #script = new PublishScript();
  readonly #delivery: OrderedDelivery;
  readonly #batch = new ArrivedBatch((batch) => this.#deliverBatch(batch));
  readonly #connected = new Gate();
  readonly #timer: NodeJS.Timeout;
  #seenDisconnections = 0;
  /**
   * Whether messages were sent that are not in the history, and the history does not say so yet.
   */
  #hasGap = false;
  /** Is pending while a gap is written. Until then, nobody knows whether the history has it. */
  #gapWrite: Promise<void> | undefined;
  #problem: string | undefined;

  constructor(
    options: ResolvedHistoryOptions,
    redisOptions: ResolvedRedisOptions,
    bus: RedisBus,
    channels: RedisChannels,
    host: SessionHost & { readonly logger: Logger },
  ) {
    this.#options = options;
    this.#publish = redisOptions.publish;
    this.#connectTimeout = redisOptions.heartbeatTimeout;
    this.#bus = bus;
    this.#channels = channels;
    this.#logger = host.logger;
    this.#hubName = host.hubName;
    this.#store = new HistoryStore(bus, channels, options);
    this.#sessions = new HistorySessions(this.#store, options, host);
    this.#delivery = new OrderedDelivery(bus.backlog, (error) =>
      this.#logger.error(logMessages.handlingFailed(channels.all), error),
    );
    const interval = Math.min(redisOptions.heartbeatInterval, options.maxAge / 3);
    this.#timer = setInterval(() => void this.#maintain(), interval);
    this.#timer.unref();
    // The bus is not connected yet, so this is not refused.
    void bus.subscribe(channels.historyGaps, ({ length }) => {
      if (length > 0) throw new ForeignMessageError();
      this.#hasGap = true;
      return undefined;
    });
    void bus.subscribe(channels.historyPositions, (payload) => {
      this.#onReached(readReached(payload));
      return undefined;
    });
  }

  /** Why the history is incomplete, as text without secrets. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Returns a function that publishes a message and adds it to the history in one round trip. */
  publishTo(target: string): Publish {
    return async (client, channel, payload) => {
      const { streamKey } = this.#store;
      const maximum = String(this.#options.maxMessages);
      const args = [maximum, target, payload, channel, this.#channels.historyGaps];
      try {
        const reply = await this.#script.run(client, { keys: [streamKey], arguments: args });
        const [receivers, refusal] = Array.isArray(reply) ? reply : [reply, undefined];
        if (refusal === undefined) this.#onStored();
        else this.recordGap(explainHistoryRefusal(new Error(String(refusal))));
        return Number(receivers);
      } catch (error) {
        if (!isRefusal(error)) {
          // Nobody knows whether Redis has executed the script.
          this.recordGap();
          throw error;
        }
        this.recordGap(explainHistoryRefusal(error as Error));
        return this.#publish(client, channel, payload);
      }
    };
  }

  /** Records that a message was sent which is not in the history. */
  recordGap(problem?: string): void {
    this.#hasGap = true;
    if (problem !== undefined) this.#reportProblem(problem);
  }

  #reportProblem(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#logger.error(logMessages.historyFailed(this.#hubName, problem));
  }

  /** Delivers a message after those that arrived before it. */
  deliver(arrived: ArrivedMessage): void {
    this.#resyncAfterOutage();
    this.#batch.add(arrived);
  }

  /** Delivers what has arrived. Call it before the receivers change. */
  deliverArrived(): void {
    this.#batch.flush();
  }

  #deliverBatch({
    bytes,
    positions,
    messages,
    receivers,
    excludedConnectionIds,
  }: DeliverableBatch): void {
    this.#delivery.add(bytes, () => {
      const variantFor = this.#sessions.variantFor(messages, positions);
      return deliver(receivers(), joinMessages(messages), excludedConnectionIds, variantFor);
    });
  }

  async recover(connection: LifetimeConnection, request: RecoveryRequest): Promise<RecoveryReply> {
    await this.#whenConnected();
    try {
      await this.#writeGap();
    } catch {
      // The gap is reported to the client instead.
    }
    return this.#sessions.recover(connection, request, this.#hasGap);
  }

  changeGroup(connectionId: string, group: string, change: 'add' | 'remove'): Promise<void> {
    return this.#sessions.changeGroup(connectionId, group, change);
  }

  onConnected(connection: LifetimeConnection): void {
    if (connection.recovers === true) this.#sessions.track(connection);
  }

  /** Called when a connection has moved to this server. Its client then claims its session here. */
  onArrived(connection: LifetimeConnection): void {
    if (connection.recovers !== true) return;
    this.#sessions.track(connection);
    this.#sessions.resync([connection]);
  }

  /** Delivers what waits for slow receivers. */
  deliverWaiting(): void {
    this.#batch.flush();
    this.#delivery.deliverWaiting();
  }

  onDisconnected(connectionId: string): void {
    this.#sessions.remove(connectionId);
  }

  onReconnected(): void {
    this.#connected.open();
    this.#resyncAfterOutage();
    void this.#maintain();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#connected.open();
  }

  #onReached(history: ReachedHistory): void {
    this.#bus.excludeFromStatistics();
    this.#resyncAfterOutage();
    this.#batch.flush();
    this.#delivery.add(0, () => this.#sessions.announceReached(history));
  }

  /**
   * Asks clients to recover after an outage, during which this server does not receive what others
   * send.
   */
  #resyncAfterOutage(): void {
    if (this.#bus.disconnections === this.#seenDisconnections) return;
    this.#seenDisconnections = this.#bus.disconnections;
    this.#sessions.resync(this.#sessions.connections);
  }

  /** Resolves when Redis is connected, or after the timeout of a connection attempt. */
  async #whenConnected(): Promise<void> {
    if (this.#bus.isConnected) return;
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#connectTimeout);
    });
    await Promise.race([this.#connected.wait(), timedOut]);
    clearTimeout(timer);
  }

  #onStored(): void {
    if (this.#hasGap) void this.#writeGap().catch(() => undefined);
    else this.#problem = undefined;
  }

  /** Resolves when the history says that it has gaps, if it has any. */
  async #writeGap(): Promise<void> {
    while (this.#hasGap || this.#gapWrite !== undefined) {
      this.#gapWrite ??= this.#startGapWrite();
      await this.#gapWrite;
    }
  }

  async #startGapWrite(): Promise<void> {
    this.#hasGap = false;
    try {
      await this.#store.markGap();
    } catch (error) {
      this.#hasGap = true;
      throw error;
    } finally {
      this.#gapWrite = undefined;
    }
  }

  async #maintain(): Promise<void> {
    if (!this.#bus.isConnected) return;
    try {
      await this.#writeGap();
      await this.#sessions.removeObsolete();
      await this.#store.maintain(this.#sessions.active);
      if (!this.#hasGap) this.#problem = undefined;
    } catch (error) {
      // The bus itself reports that Redis is unavailable.
      const { code, message } = error as CodedError;
      if (code === 'ERR_SIGNALR_REDIS_REFUSED') this.#reportProblem(message);
    }
  }
}
