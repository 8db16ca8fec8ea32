import { EventEmitter } from 'node:events';
import { causes } from '../causes.ts';
import { RelayedError } from '../pub-sub/explain-redis-error.ts';
import type { RedisPubSubClient, SetOptions } from '../redis-client.ts';
import type { RedisCommand } from './worker-messages.ts';
import type { RedisUser, WorkerRedis } from './worker-redis.ts';

type Subscribe = RedisPubSubClient['subscribe'];
type Evaluate = NonNullable<RedisPubSubClient['eval']>;

/** A client of Redis in a worker. The primary process runs its commands. */
export class WorkerRedisClient implements RedisPubSubClient, RedisUser {
  readonly #redis: WorkerRedis;
  readonly #events = new EventEmitter<{ readonly ready: []; readonly error: [unknown] }>();
  #isOpen = false;
  #resolveConnected: () => void = () => undefined;

  constructor(redis: WorkerRedis) {
    this.#redis = redis;
    this.#events.on('error', () => undefined); // without a listener, an emitter throws
  }

  get isReady(): boolean {
    return this.#isOpen && this.#redis.isConnected;
  }

  /** Resolves when the primary process is connected to Redis. */
  connect(): Promise<void> {
    this.#isOpen = true;
    return new Promise((resolve) => {
      this.#resolveConnected = resolve;
      this.#redis.addClient(this);
    });
  }

  destroy(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#redis.removeClient(this, new RelayedError(causes.unavailable));
  }

  on(event: 'error' | 'ready', listener: (error?: unknown) => void): void {
    this.#events.on(event, listener);
  }

  onConnected(): void {
    this.#resolveConnected();
    this.#events.emit('ready');
  }

  onDisconnected(error: Error): void {
    this.#events.emit('error', error);
  }

  publish(channel: string, message: Buffer): Promise<number> {
    return this.#publish(channel, message, false);
  }

  sPublish(channel: string, message: Buffer): Promise<number> {
    return this.#publish(channel, message, false);
  }

  /** Publishes over the primary process, which knows whether the channels are sharded. */
  #publish(channel: string, payload: Buffer, isUrgent: boolean): Promise<number> {
    const command: RedisCommand = { name: 'publish', channel, payload, isUrgent };
    return this.#run(command) as Promise<number>;
  }

  async pubSubNumSub(channels: string[]): Promise<Readonly<Record<string, number>>> {
    const counts = await Promise.all(
      channels.map(async (channel) => {
        const count = (await this.#run({ name: 'countSubscribers', channel })) as number;
        return [channel, count] as const;
      }),
    );
    return Object.fromEntries(counts);
  }

  pubSubShardNumSub(channels: string[]): Promise<Readonly<Record<string, number>>> {
    return this.pubSubNumSub(channels);
  }

  readonly subscribe: Subscribe = (channels, listener) =>
    this.#isOpen ? this.#redis.subscribe(this, [channels].flat(), listener) : rejectClosed();

  readonly unsubscribe: Subscribe = (channels) =>
    this.#isOpen ? this.#redis.unsubscribe(this, [channels].flat()) : rejectClosed();

  readonly sSubscribe = this.subscribe;
  readonly sUnsubscribe = this.unsubscribe;

  get(key: string): Promise<string | null> {
    return this.#run({ name: 'get', key }) as Promise<string | null>;
  }

  getDel(key: string): Promise<string | null> {
    return this.#run({ name: 'getDel', key }) as Promise<string | null>;
  }

  set(key: string, value: string, options: SetOptions): Promise<unknown> {
    return this.#run({ name: 'set', key, value, options });
  }

  readonly eval: Evaluate = (script, options) => this.#evaluate(script, options, false);

  /**
   * Returns a client whose scripts return strings as buffers, whatever the mapping is: this package
   * uses no other mapping.
   */
  withTypeMapping(_mapping: object): Pick<RedisPubSubClient, 'eval'> {
    return { eval: (script, options) => this.#evaluate(script, options, true) };
  }

  withCommandOptions({
    asap,
  }: {
    readonly asap: boolean;
  }): Pick<RedisPubSubClient, 'publish' | 'sPublish'> {
    const publish: RedisPubSubClient['publish'] = (channel, message) =>
      this.#publish(channel, message, asap);
    return { publish, sPublish: publish };
  }

  #evaluate(
    script: string,
    { keys, arguments: args }: Parameters<Evaluate>[1],
    repliesBuffers: boolean,
  ): Promise<unknown> {
    return this.#run({ name: 'eval', script, keys, args, repliesBuffers });
  }

  #run(command: RedisCommand): Promise<unknown> {
    if (!this.#isOpen) return rejectClosed();
    return this.#redis.run(this, command);
  }
}

const rejectClosed = (): Promise<never> => Promise.reject(new RelayedError(causes.unavailable));
