import {
  type ConnectionIndex,
  deliver,
  type LifetimeConnection,
  type Receivers,
  SharedMessage,
} from '@practical-signalr/server/scale-out';
import type { HubHistory } from './history/hub-history.ts';
import type { RedisBus } from './pub-sub/redis-bus.ts';
import { isNamed, type RedisChannels } from './pub-sub/redis-channels.ts';
import { readInvocation } from './pub-sub/redis-protocol.ts';
import type { RemoteClientResults } from './client-results/remote-client-results.ts';

/** The connections that move between this server and others. */
export interface MovingConnections {
  /** Returns whether a connection that arrives from another server needs a channel. */
  isReserved(channel: string): boolean;
  /**
   * Publishes a message again after its connection has moved. Returns false if it does not move.
   */
  repeatLater(connectionId: string, channel: string, payload: Uint8Array): boolean;
}

/** The channels on which the messages of this server's connections arrive, and their delivery. */
export class ConnectionSubscriptions {
  readonly #bus: RedisBus;
  readonly #channels: RedisChannels;
  readonly #index: ConnectionIndex;
  readonly #remoteResults: RemoteClientResults;
  readonly #history: HubHistory | undefined;
  /**
   * The connections that are moving to this server or away from it. Undefined if the option
   * `handOver` is off.
   */
  handOver: MovingConnections | undefined;

  constructor(
    bus: RedisBus,
    channels: RedisChannels,
    index: ConnectionIndex,
    remoteResults: RemoteClientResults,
    history?: HubHistory,
  ) {
    this.#bus = bus;
    this.#channels = channels;
    this.#index = index;
    this.#remoteResults = remoteResults;
    this.#history = history;
  }

  /** Subscribes to the channel for all. The bus is not connected yet, so this cannot be refused. */
  subscribeToAll(): void {
    void this.#subscribe(this.#channels.all, () => this.#index.all);
  }

  /** Subscribes to the channels of a connection and its user. */
  async subscribe({ connectionId, userIdentifier }: LifetimeConnection): Promise<void> {
    const subscribed = [
      this.#bus.subscribe(this.#channels.connection(connectionId), (payload) =>
        this.#toConnection(payload, connectionId),
      ),
    ];
    if (isNamed(userIdentifier)) {
      const channel = this.#channels.user(userIdentifier);
      subscribed.push(this.#subscribe(channel, () => this.#index.user(userIdentifier)));
    }
    await Promise.all(subscribed);
  }

  subscribeToGroup(group: string): Promise<void> {
    return this.#subscribe(this.#channels.group(group), () => this.#index.group(group));
  }

  /**
   * Removes a connection from a group. Its last member first receives what waits for it, because
   * unsubscribing drops these messages.
   */
  async leaveGroup(connectionId: string, group: string): Promise<void> {
    const channel = this.#channels.group(group);
    const members = this.#index.group(group);
    if (members?.size === 1 && members.has(connectionId)) this.#bus.handleWaiting([channel]);
    if (this.#index.leave(connectionId, group)) await this.release([channel]);
  }

  /** Unsubscribes from the channels of a connection, of groups and of a user. */
  async unsubscribe(id: string, groups: readonly string[], user?: string): Promise<void> {
    const channels = [this.#channels.connection(id), ...groups.map((g) => this.#channels.group(g))];
    if (isNamed(user)) channels.push(this.#channels.user(user));
    await this.release(channels);
  }

  /** Unsubscribes from channels, except those that connections from other servers need. */
  async release(channels: readonly string[]): Promise<void> {
    const isFree = (channel: string): boolean => this.handOver?.isReserved(channel) !== true;
    await this.#bus.unsubscribe(channels.filter(isFree));
  }

  #subscribe(channel: string, receivers: () => Receivers | undefined): Promise<void> {
    return this.#bus.subscribe(channel, (payload) =>
      this.#toReceivers(channel, payload, receivers),
    );
  }

  #toReceivers(
    channel: string,
    payload: Uint8Array,
    receivers: () => Receivers | undefined,
  ): Promise<void> | undefined {
    const { messages, excludedConnectionIds, position } = readInvocation(payload);
    if (this.#history === undefined)
      return deliver(receivers(), SharedMessage.fromEncoded(messages), excludedConnectionIds);
    const { byteLength: bytes } = payload;
    this.#history.deliver({ channel, position, bytes, messages, receivers, excludedConnectionIds });
    return undefined;
  }

  #toConnection(payload: Uint8Array, connectionId: string): Promise<void> | undefined {
    this.#history?.deliverArrived();
    const { messages, invocationId, returnAddress } = readInvocation(payload);
    const connection = this.#index.get(connectionId);
    if (connection === undefined) return undefined; // it is about to arrive from another server
    if (invocationId !== undefined && returnAddress !== undefined) {
      const channel = this.#channels.connection(connectionId);
      if (this.handOver?.repeatLater(connectionId, channel, payload) === true) return undefined;
      this.#remoteResults.onInvocation(connectionId, invocationId, returnAddress);
      // The caller is waiting for a result that the client would not return.
      if (connection.isClosing === true) this.#remoteResults.onDisconnected(connection);
    }
    return connection.write(SharedMessage.fromEncoded(messages));
  }
}
