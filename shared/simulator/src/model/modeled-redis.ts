import type { RedisClientTemplate } from '@practical-signalr/redis';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import { costs } from './costs.ts';
import type { RedisLoad } from './redis-load.ts';

type Listener = (payload: Buffer, channel: Buffer) => void;

/** One connection to the modeled Redis. */
interface Subscriber {
  isOpen: boolean;
  subscriptions: number;
  listener: Listener | undefined;
}

/** The size of a PUBLISH, or of a message to a subscriber, without its channel and payload. */
const FRAMING_BYTES = 40;

/**
 * Redis with pub/sub, without a network. It runs one command after the other, as Redis does, and
 * sends through one network card. All servers have the same distance, so commands arrive in the
 * order in which they are sent.
 */
export class ModeledRedis {
  readonly #clock: VirtualClock;
  /** A set only if a channel has several subscribers, because most channels have one. */
  readonly #channels = new Map<string, Subscriber | Set<Subscriber>>();
  readonly #load = { publishes: 0, deliveries: 0, acks: 0, bytesIn: 0, bytesOut: 0, busy: 0 };
  readonly #commandsBySecond = new Map<number, number>();
  #subscriptions = 0;
  #cpuFreeAt = 0;
  #cardFreeAt = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  get load(): RedisLoad {
    return { ...this.#load };
  }

  /** The number of subscriptions of all clients. */
  get subscriptions(): number {
    return this.#subscriptions;
  }

  /** The number of channels with a subscriber. */
  get channels(): number {
    return this.#channels.size;
  }

  /** Returns the largest number of commands in one second since a time. */
  peakCommandsSince(time: number): number {
    const first = Math.floor(time / 1000);
    const counts = [...this.#commandsBySecond].filter(([second]) => second >= first);
    return Math.max(0, ...counts.map(([, count]) => count));
  }

  /** Returns the client of a server for the option `client`, and a function that ends it. */
  connectServer(): { readonly client: RedisClientTemplate; readonly disconnect: () => void } {
    const subscribers: Subscriber[] = [];
    return {
      client: {
        duplicate: () => {
          const subscriber: Subscriber = { isOpen: false, subscriptions: 0, listener: undefined };
          subscribers.push(subscriber);
          return this.#createClient(subscriber);
        },
        publish: (channel, message) => this.#publish(channel, message),
      },
      disconnect: () => {
        for (const subscriber of subscribers) this.#close(subscriber);
      },
    };
  }

  #createClient(own: Subscriber): object {
    const publish = (channel: string, message: Buffer): Promise<number> =>
      own.isOpen ? this.#publish(channel, message) : rejectClosed();
    const subscribe = async (names: string | string[], listener: Listener): Promise<void> => {
      own.listener = listener;
      await this.#change([names].flat(), (name) => this.#subscribe(own, name));
    };
    const unsubscribe = (names: string | string[]): Promise<void> =>
      this.#change([names].flat(), (name) => this.#unsubscribe(own, name));
    return {
      get isReady() {
        return own.isOpen;
      },
      connect: async () => {
        await this.#clock.wait(2 * costs.networkLatency);
        own.isOpen = true;
      },
      destroy: () => this.#close(own),
      on: () => undefined,
      publish,
      withCommandOptions: () => ({ publish }),
      subscribe,
      unsubscribe,
    };
  }

  #publish(channel: string, payload: Buffer): Promise<number> {
    const size = FRAMING_BYTES + channel.length + payload.length;
    const receivers = this.#receiversOf(channel);
    if (channel.includes(':internal:ack:')) this.#load.acks += 1;
    else this.#countPublish(size, receivers.length);
    const executedAt = this.#execute(
      size,
      costs.redisPublish + receivers.length * costs.redisDelivery,
    );
    const name = Buffer.from(channel);
    for (const { delay, receiver } of this.#sendTo(receivers, size, executedAt)) {
      this.#clock.schedule(delay, () => {
        if (receiver.isOpen) receiver.listener?.(payload, name);
      });
    }
    return this.#reply(executedAt, receivers.length);
  }

  #countPublish(size: number, receivers: number): void {
    this.#load.publishes += 1;
    this.#load.deliveries += receivers;
    this.#load.bytesIn += size;
    this.#load.bytesOut += size * receivers;
    this.#load.busy += costs.redisPublish + receivers * costs.redisDelivery;
  }

  /** Returns when each receiver gets a message of a size. The network card sends one at a time. */
  #sendTo(
    receivers: readonly Subscriber[],
    size: number,
    executedAt: number,
  ): { readonly delay: number; readonly receiver: Subscriber }[] {
    return receivers.map((receiver) => {
      this.#cardFreeAt = Math.max(this.#cardFreeAt, executedAt) + size / costs.bytesPerMillisecond;
      const delay = this.#cardFreeAt + costs.networkLatency - this.#clock.now;
      return { delay, receiver };
    });
  }

  #receiversOf(channel: string): Subscriber[] {
    const entry = this.#channels.get(channel);
    if (entry === undefined) return [];
    const subscribers = entry instanceof Set ? [...entry] : [entry];
    return subscribers.filter(({ isOpen }) => isOpen);
  }

  async #change(names: readonly string[], change: (name: string) => void): Promise<void> {
    const size = names.reduce((sum, { length }) => sum + length + FRAMING_BYTES, 0);
    for (const name of names) change(name);
    await this.#reply(this.#execute(size, names.length * costs.redisSubscribe), undefined);
  }

  #subscribe(own: Subscriber, name: string): void {
    const entry = this.#channels.get(name);
    own.subscriptions += 1;
    this.#subscriptions += 1;
    if (entry instanceof Set) entry.add(own);
    else this.#channels.set(name, entry === undefined ? own : new Set([entry, own]));
  }

  #unsubscribe(own: Subscriber, name: string): void {
    const entry = this.#channels.get(name);
    const isSubscribed = entry instanceof Set ? entry.delete(own) : entry === own;
    if (!isSubscribed) return;
    own.subscriptions -= 1;
    this.#subscriptions -= 1;
    if (!(entry instanceof Set) || entry.size === 0) this.#channels.delete(name);
  }

  /** Ends a client. Its entries stay in the channels, but it receives nothing. */
  #close(own: Subscriber): void {
    own.isOpen = false;
    this.#subscriptions -= own.subscriptions;
    own.subscriptions = 0;
  }

  /** Returns the time at which Redis has run a command that is sent now. */
  #execute(size: number, cpuTime: number): number {
    const arrivesAt = this.#clock.now + costs.networkLatency + size / costs.bytesPerMillisecond;
    this.#cpuFreeAt = Math.max(this.#cpuFreeAt, arrivesAt) + cpuTime;
    const second = Math.floor(this.#cpuFreeAt / 1000);
    this.#commandsBySecond.set(second, (this.#commandsBySecond.get(second) ?? 0) + 1);
    return this.#cpuFreeAt;
  }

  async #reply<T>(executedAt: number, value: T): Promise<T> {
    await this.#clock.wait(executedAt + costs.networkLatency - this.#clock.now);
    return value;
  }
}

const rejectClosed = (): Promise<never> => Promise.reject(new Error('The connection is closed.'));
