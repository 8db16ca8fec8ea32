import {
  type CodedError,
  deliver,
  Gate,
  type LifetimeConnection,
  type Logger,
  type Receivers,
  type RecoveryReply,
  type SharedMessage,
} from '@practical-signalr/server/scale-out';
import { logMessages } from '../log-messages.ts';
import { isRefusal } from '../pub-sub/explain-redis-error.ts';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import type { RedisChannels } from '../pub-sub/redis-channels.ts';
import type { Publish } from '../redis-client.ts';
import type { ResolvedRedisOptions } from '../redis-options.ts';
import type { ResolvedHistoryOptions } from './history-options.ts';
import { publishScript } from './history-scripts.ts';
import { HistorySessions, type SessionHost } from './history-sessions.ts';
import { explainHistoryRefusal, HistoryStore } from './history-store.ts';
import { OrderedDelivery } from './ordered-delivery.ts';

/** A message that arrived from Redis. */
interface ArrivedMessage {
  readonly channel: string;
  readonly bytes: number;
  readonly message: SharedMessage;
  readonly receivers: () => Receivers | undefined;
  readonly excludedConnectionIds: readonly string[];
}

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
  readonly #delivery: OrderedDelivery;
  readonly #connected = new Gate();
  readonly #timer: NodeJS.Timeout;
  /** The position that precedes the next message of its channel. */
  #announced: { readonly channel: string; readonly position: string } | undefined;
  #seenDisconnections = 0;
  /**
   * Whether messages were sent that are not in the history, and the history does not say so yet.
   */
  #hasGap = false;
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
    this.#store = new HistoryStore(bus, channels.stem, options);
    this.#sessions = new HistorySessions(this.#store, options, host);
    this.#delivery = new OrderedDelivery(bus.backlog, (error) =>
      this.#logger.error(logMessages.handlingFailed(channels.all), error),
    );
    const interval = Math.min(redisOptions.heartbeatInterval, options.maxAge / 3);
    this.#timer = setInterval(() => void this.#maintain(), interval);
    this.#timer.unref();
    // The bus is not connected yet, so this is not refused.
    void bus.subscribe(channels.historyGaps, () => {
      this.#hasGap = true;
      return undefined;
    });
  }

  /** Why the history is incomplete, as a sentence without secrets. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Returns a function that publishes a message and adds it to the history in one round trip. */
  publishTo(target: string): Publish {
    return async (client, channel, payload) => {
      const { streamKey } = this.#store;
      const { historyGaps } = this.#channels;
      const positions = this.#channels.positionsOf(channel);
      const maximum = String(this.#options.maxMessages);
      const args = [maximum, target, payload, channel, positions, historyGaps];
      try {
        const reply = await client.eval?.(publishScript, { keys: [streamKey], arguments: args });
        const [receivers, refusal] = reply as [number, string];
        if (refusal === '') this.#onStored();
        else this.recordGap(explainHistoryRefusal(new Error(refusal)));
        return receivers;
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

  /** Subscribes to the positions of a channel. Call it before subscribing to the channel. */
  subscribe(channel: string): Promise<void> {
    return this.#bus.subscribe(this.#channels.positionsOf(channel), (payload) => {
      this.#announced = { channel, position: payload.toString() };
      return undefined;
    });
  }

  unsubscribe(channel: string): Promise<void> {
    return this.#bus.unsubscribe(this.#channels.positionsOf(channel));
  }

  /** Delivers a message that arrived on a channel after those that arrived before it. */
  deliver(arrived: ArrivedMessage): void {
    const { channel, bytes, message, receivers, excludedConnectionIds } = arrived;
    const announced = this.#announced;
    this.#announced = undefined;
    this.#resyncAfterOutage();
    const position = announced?.channel === channel ? announced.position : undefined;
    this.#delivery.add(bytes, () => {
      const variantFor =
        position === undefined ? undefined : this.#sessions.variantFor(message, position);
      return deliver(receivers(), message, excludedConnectionIds, variantFor);
    });
  }

  async recover(
    connection: LifetimeConnection,
    session: string | undefined,
    position: string | undefined,
  ): Promise<RecoveryReply> {
    await this.#whenConnected();
    try {
      await this.#writeGap();
    } catch {
      // The gap is reported to the client instead.
    }
    return this.#sessions.recover(connection, session, position, this.#hasGap);
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

  /** During an outage, this server does not receive what others send. */
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

  async #writeGap(): Promise<void> {
    if (!this.#hasGap) return;
    this.#hasGap = false;
    try {
      await this.#store.markGap();
    } catch (error) {
      this.#hasGap = true;
      throw error;
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
