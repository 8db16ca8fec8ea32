import type { WorkerPort } from '@practical-signalr/server/scale-out';
import type { RedisPubSubClient } from '../redis-client.ts';
import { RelayedError } from '../pub-sub/explain-redis-error.ts';
import { restoreError } from './relayed-error.ts';
import type { CallMessage, RedisCommand, ToWorker } from './worker-messages.ts';

type Listener = Parameters<RedisPubSubClient['subscribe']>[1];

/** A client of {@link WorkerRedis}. */
export interface RedisUser {
  /** Called when the primary process is connected to Redis. */
  onConnected(): void;
  /** Called when an outage begins. */
  onDisconnected(error: Error): void;
}

interface PendingCall {
  readonly client: RedisUser;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The way of one worker to the connection to Redis that its primary process holds. */
export class WorkerRedis {
  readonly #port: WorkerPort;
  readonly #clients = new Set<RedisUser>();
  readonly #calls = new Map<number, PendingCall>();
  /** Channel → listeners and the clients that have added them. */
  readonly #listeners = new Map<string, Map<RedisUser, Listener>>();
  #lastId = 0;
  #isConnected = false;
  #cause: string | undefined;

  constructor(port: WorkerPort) {
    this.#port = port;
    port.onMessage((message) => this.#receive(message as ToWorker));
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Adds a client. It learns the state of the connection now and when it changes. */
  addClient(client: RedisUser): void {
    this.#clients.add(client);
    if (this.#isConnected) client.onConnected();
    else if (this.#cause !== undefined) client.onDisconnected(new RelayedError(this.#cause));
  }

  /** Removes a client, its subscriptions and its calls. */
  removeClient(client: RedisUser, error: Error): void {
    this.#clients.delete(client);
    const channels = [...this.#listeners].filter(([, listeners]) => listeners.has(client));
    // If the primary process has ended, this worker ends, too.
    this.unsubscribe(
      client,
      channels.map(([channel]) => channel),
    ).catch(() => undefined);
    for (const [id, call] of this.#calls) {
      if (call.client !== client) continue;
      this.#calls.delete(id);
      call.reject(error);
    }
  }

  /** Runs a command in the primary process. */
  run(client: RedisUser, command: RedisCommand): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { client, resolve, reject });
      const call: CallMessage = { type: 'call', id, command };
      this.#port.send(call);
    });
  }

  async subscribe(
    client: RedisUser,
    channels: readonly string[],
    listener: Listener,
  ): Promise<void> {
    for (const channel of channels) {
      const listeners = this.#listeners.get(channel) ?? new Map<RedisUser, Listener>();
      this.#listeners.set(channel, listeners.set(client, listener));
    }
    await this.run(client, { name: 'subscribe', channels });
  }

  async unsubscribe(client: RedisUser, channels: readonly string[]): Promise<void> {
    const unused = channels.filter((channel) => this.#removeListener(client, channel));
    if (unused.length > 0) await this.run(client, { name: 'unsubscribe', channels: unused });
  }

  /** Returns whether no client of this worker listens to the channel any more. */
  #removeListener(client: RedisUser, channel: string): boolean {
    const listeners = this.#listeners.get(channel);
    listeners?.delete(client);
    if (listeners !== undefined && listeners.size > 0) return false;
    this.#listeners.delete(channel);
    return true;
  }

  #receive(message: ToWorker): void {
    switch (message.type) {
      case 'message':
        this.#onMessage(message.channel, message.payload);
        break;
      case 'reply':
        this.#take(message.id)?.resolve(message.value);
        break;
      case 'failure':
        this.#take(message.id)?.reject(restoreError(message.failure));
        break;
      case 'state':
        this.#onState(message.isConnected, message.cause);
    }
  }

  #take(id: number): PendingCall | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    return call;
  }

  #onMessage(channel: string, payload: Uint8Array): void {
    const listeners = this.#listeners.get(channel);
    if (listeners === undefined) return;
    const name = Buffer.from(channel);
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    for (const listener of listeners.values()) listener(bytes, name);
  }

  #onState(isConnected: boolean, cause: string | undefined): void {
    this.#isConnected = isConnected;
    this.#cause = cause;
    for (const client of this.#clients) {
      if (isConnected) client.onConnected();
      else client.onDisconnected(new RelayedError(cause ?? ''));
    }
  }
}
