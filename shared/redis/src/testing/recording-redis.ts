import { EventEmitter } from 'node:events';
import { SimpleError } from '@redis/client';
import type { RedisPubSubClient } from '../redis-client.ts';

type Listener = (payload: Buffer, channel: Buffer) => void;

/** Records every publish of its clients, and delivers it to their subscribers without a network. */
export class RecordingRedis {
  readonly published: {
    readonly channel: string;
    readonly payload: Buffer;
    /** Whether the publish precedes those that wait to be written. */
    readonly isUrgent: boolean;
  }[] = [];
  readonly #subscribers = new Map<string, Set<Listener>>();
  /** The clients that are not destroyed. */
  readonly #clients = new Set<EventEmitter>();
  #confirmations: Promise<void> | undefined;
  /** Functions that confirm the held subscriptions, oldest first. */
  readonly heldSubscriptions: (() => void)[] = [];
  /** Whether the following SUBSCRIBE commands get no reply until a test confirms them. */
  holdsSubscriptions = false;
  /** Whether the following publishes are confirmed, but not delivered. */
  losesMessages = false;
  /** The error with which the following publishes reject. */
  publishError: Error | undefined;
  /** The channels to which nobody may subscribe. */
  readonly refusedChannels = new Set<string>();
  readonly #values = new Map<string, string>();

  /** A value for the option `client`. */
  get client(): {
    duplicate(): object;
    publish(channel: string, message: Buffer): Promise<number>;
  } {
    const publish = (channel: string, payload: Buffer): Promise<number> =>
      this.#publish(channel, payload);
    return { duplicate: () => this.#duplicate(), publish };
  }

  /**
   * Holds all following publishes before they are delivered and confirmed. Returns a function that
   * releases them.
   */
  holdConfirmations(): () => void {
    let confirm = (): void => undefined;
    this.#confirmations = new Promise((resolve) => (confirm = resolve));
    return confirm;
  }

  /** Interrupts all connections. The clients reconnect immediately. */
  interrupt(): void {
    this.disconnect();
    this.reconnect();
  }

  /** Interrupts all connections. */
  disconnect(): void {
    for (const client of this.#clients) client.emit('error', new Error('Interrupted by the test.'));
  }

  /** Lets the clients reconnect. */
  reconnect(): void {
    for (const client of this.#clients) client.emit('ready');
  }

  async #publish(channel: string, payload: Buffer, isUrgent = false): Promise<number> {
    this.published.push({ channel, payload, isUrgent });
    if (this.publishError !== undefined) throw this.publishError;
    if (this.#confirmations !== undefined) await this.#confirmations;
    const listeners = this.losesMessages ? [] : [...(this.#subscribers.get(channel) ?? [])];
    for (const listener of listeners) queueMicrotask(() => listener(payload, Buffer.from(channel)));
    return listeners.length;
  }

  #duplicate(): RedisPubSubClient {
    const events = new EventEmitter();
    this.#clients.add(events);
    const forEachChannel = (
      names: string | string[],
      run: (set: Set<Listener>) => void,
    ): Promise<void> => {
      for (const name of [names].flat()) {
        const set = this.#subscribers.get(name) ?? new Set();
        this.#subscribers.set(name, set);
        run(set);
      }
      return Promise.resolve();
    };
    const subscribe: RedisPubSubClient['subscribe'] = async (names, listener) => {
      if ([names].flat().some((name) => this.refusedChannels.has(name)))
        throw new SimpleError('NOPERM No permissions to access a channel');
      if (this.holdsSubscriptions) {
        await new Promise<void>((resolve, reject) => {
          this.heldSubscriptions.push(resolve);
          events.once('destroyed', () => reject(new Error('The client is destroyed.')));
        });
      }
      await forEachChannel(names, (set) => set.add(listener));
    };
    const unsubscribe: RedisPubSubClient['subscribe'] = (names, listener) =>
      forEachChannel(names, (set) => set.delete(listener));
    const publish = (channel: string, payload: Buffer): Promise<number> =>
      this.#publish(channel, payload);
    const clients = this.#clients;
    const client: RedisPubSubClient = {
      get isReady() {
        return clients.has(events);
      },
      connect: () => Promise.resolve(),
      destroy: () => {
        clients.delete(events);
        events.emit('destroyed');
      },
      on: (event, listener) => events.on(event, listener),
      publish,
      sPublish: publish,
      pubSubNumSub: () => Promise.resolve({}),
      pubSubShardNumSub: () => Promise.resolve({}),
      subscribe,
      sSubscribe: subscribe,
      unsubscribe,
      sUnsubscribe: unsubscribe,
      withCommandOptions: ({ asap }) => ({
        ...client,
        publish: (channel, payload) => this.#publish(channel, payload, asap),
      }),
      get: async (key) => this.#values.get(key) ?? null,
      set: async (key, value, options) => {
        if (options?.condition === 'NX' && this.#values.has(key)) return null;
        this.#values.set(key, value);
        return 'OK';
      },
      getDel: async (key) => {
        const value = this.#values.get(key) ?? null;
        this.#values.delete(key);
        return value;
      },
    };
    return client;
  }
}
