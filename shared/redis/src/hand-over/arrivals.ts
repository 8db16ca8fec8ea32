import type { LifetimeConnection } from '@practical-signalr/server/scale-out';
import { channelsOf, ownChannelsOf } from './channels-of.ts';
import { command, type HandOverKeys, readStored } from './hand-over-keys.ts';
import { type HandOverMessage, HandOverStep, writeHandOver } from './hand-over-protocol.ts';
import type { HandOverContext } from './hand-over-context.ts';

interface Arrival {
  readonly connection: LifetimeConnection;
  readonly groups: readonly string[];
  /** Whether the connection receives messages on this server. */
  isAdded: boolean;
  /** Called with the answer of the server that recorded the connection. Undefined if none came. */
  answer(message: HandOverMessage | undefined): void;
}

/** The connections of other servers that this server is taking over. */
export class Arrivals {
  readonly #context: HandOverContext;
  readonly #keys: HandOverKeys;
  readonly #arrivals = new Map<string, Arrival>();
  /** The number of arriving connections that need each channel. */
  readonly #reserved = new Map<string, number>();

  constructor(context: HandOverContext, keys: HandOverKeys) {
    this.#context = context;
    this.#keys = keys;
  }

  isReserved(channel: string): boolean {
    return this.#reserved.has(channel);
  }

  /** Claims the record that has this value in Redis. Returns the tail. */
  async claim(
    value: string,
    connection: LifetimeConnection,
    groups: readonly string[],
  ): Promise<string | undefined> {
    const { bus } = this.#context;
    const key = this.#keys.record(connection.connectionId);
    // Redis gives the value to one server only.
    if ((await command(bus, (client) => client.getDel(key))) !== value) return undefined;
    const { recordId } = readStored(value);
    const own = ownChannelsOf(this.#context.channels, connection, groups);
    for (const channel of own) this.#reserved.set(channel, (this.#reserved.get(channel) ?? 0) + 1);
    let tail: string | undefined;
    const arrival: Arrival = { connection, groups, isAdded: false, answer: () => undefined };
    this.#arrivals.set(recordId, arrival);
    try {
      const { subscriptions } = this.#context;
      const subscribed = groups.map((group) => subscriptions.subscribeToGroup(group));
      await Promise.all([subscriptions.subscribe(connection), ...subscribed]);
      tail = (await this.#takeOver(recordId, arrival)) ?? undefined;
      if (tail !== undefined) await this.#announce(connection, groups);
      return tail;
    } finally {
      this.#arrivals.delete(recordId);
      this.#release(own);
      if (tail === undefined) {
        if (arrival.isAdded) await this.#context.remove(connection);
        else await this.#unsubscribe(connection, groups);
      }
    }
  }

  /** Redis has ordered the claim. Everything that arrives from now on belongs to this server. */
  onClaimed(recordId: string): void {
    const arrival = this.#arrivals.get(recordId);
    if (arrival === undefined) return;
    const { connection, groups } = arrival;
    this.#context.history?.deliverWaiting();
    this.#context.bus.handleWaiting(channelsOf(this.#context.channels, connection, groups));
    this.#context.history?.onArrived(connection);
    this.#context.index.add(connection);
    for (const group of groups) this.#context.index.join(connection, group);
    arrival.isAdded = true;
  }

  onAnswered(message: HandOverMessage): void {
    this.#arrivals.get(message.recordId)?.answer(message);
  }

  close(): void {
    for (const arrival of this.#arrivals.values()) arrival.answer(undefined);
  }

  /**
   * Publishes the claim and waits for the tail. Returns null if the other server does not respond.
   */
  async #takeOver(recordId: string, arrival: Arrival): Promise<string | null> {
    const { bus, channels, timeout } = this.#context;
    let timer: NodeJS.Timeout | undefined;
    const answered = new Promise<HandOverMessage | undefined>((resolve) => {
      arrival.answer = resolve;
      timer = setTimeout(() => resolve(undefined), timeout);
    });
    try {
      const step = HandOverStep.Claimed;
      await bus.request(channels.handOver, writeHandOver({ step, recordId }));
      const answer = await answered;
      if (answer?.step !== HandOverStep.Released) return null;
      if (answer.tail !== undefined) return answer.tail;
      const key = this.#keys.tail(recordId);
      return await command(bus, (client) => client.getDel(key));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lists a connection as present. */
  async #announce(connection: LifetimeConnection, groups: readonly string[]): Promise<void> {
    const { connectionId, userIdentifier } = connection;
    const { presence } = this.#context;
    if (presence === undefined) return;
    await presence.addConnection(connectionId, userIdentifier);
    await Promise.all(groups.map((group) => presence.addToGroup(connectionId, group)));
  }

  /** Unsubscribes from the channels of a connection that no other connection needs. */
  async #unsubscribe(connection: LifetimeConnection, groups: readonly string[]): Promise<void> {
    const { index, subscriptions } = this.#context;
    const { connectionId, userIdentifier } = connection;
    const unusedGroups = groups.filter((group) => index.group(group) === undefined);
    const isUsed = userIdentifier !== undefined && index.user(userIdentifier) !== undefined;
    await subscriptions.unsubscribe(
      connectionId,
      unusedGroups,
      isUsed ? undefined : userIdentifier,
    );
  }

  /** Ends the reservation of channels. */
  #release(own: readonly string[]): void {
    for (const channel of own) {
      const count = (this.#reserved.get(channel) ?? 1) - 1;
      if (count > 0) this.#reserved.set(channel, count);
      else this.#reserved.delete(channel);
    }
  }
}
