import type {
  ClaimableRecord,
  DepartingConnection,
  HandOver,
  StoredRecord,
} from '@practical-signalr/server/scale-out';
import { Arrivals } from './arrivals.ts';
import { Departures } from './departures.ts';
import type { HandOverContext } from './hand-over-context.ts';
import { command, HandOverKeys, readStored, wholeTime } from './hand-over-keys.ts';
import { HandOverStep, readHandOver } from './hand-over-protocol.ts';

/**
 * Hands connections over between servers that share a Redis.
 *
 * Redis delivers the messages of all channels to each subscriber in one order. The new server
 * subscribes to the channels of the connection and then publishes the message `Claimed`. In this
 * order, everything before `Claimed` belongs to the old server and everything after it to the new
 * one. So no message is lost, and none arrives twice. The old server then sends the tail: what it
 * received before `Claimed`.
 */
export class RedisHandOver implements HandOver {
  readonly #context: HandOverContext;
  readonly #keys: HandOverKeys;
  readonly #departures: Departures;
  readonly #arrivals: Arrivals;

  constructor(context: HandOverContext) {
    this.#context = context;
    const { bus, channels } = context;
    this.#keys = new HandOverKeys(channels.handOver);
    this.#departures = new Departures(context, this.#keys);
    this.#arrivals = new Arrivals(context, this.#keys);
    // The bus is not connected yet, so this cannot be refused.
    void bus.subscribe(channels.handOver, (payload) => this.#receive(payload));
  }

  hasPendingResults(connectionId: string): boolean {
    const { results, remoteResults } = this.#context;
    return results.isPending(connectionId) || remoteResults.isPending(connectionId);
  }

  failPendingResults(connectionId: string): void {
    const { results, remoteResults, index } = this.#context;
    results.connectionLost(connectionId);
    const connection = index.get(connectionId);
    if (connection !== undefined) remoteResults.onDisconnected(connection);
  }

  record(departing: DepartingConnection): Promise<StoredRecord> {
    return this.#departures.record(departing);
  }

  async find(connectionId: string): Promise<ClaimableRecord | undefined> {
    const key = this.#keys.record(connectionId);
    const value = await command(this.#context.bus, (client) => client.get(key));
    if (value === null) return undefined;
    return {
      record: readStored(value).record,
      claim: (connection, groups) => this.#arrivals.claim(value, connection, groups),
    };
  }

  async useToken(connectionId: string, lifetime: number): Promise<boolean> {
    const key = this.#keys.usedToken(connectionId);
    const options = { PX: wholeTime(lifetime), condition: 'NX' } as const;
    return (await command(this.#context.bus, (client) => client.set(key, '', options))) !== null;
  }

  /** Returns whether a server that claims a connection needs a channel of this server. */
  isReserved(channel: string): boolean {
    return this.#arrivals.isReserved(channel);
  }

  /**
   * Returns a promise that resolves when the connection no longer departs, or undefined if it does
   * not.
   */
  whenDeparted(connectionId: string): Promise<void> | undefined {
    return this.#departures.whenDeparted(connectionId);
  }

  /**
   * Publishes a message again after its connection has moved. Returns false if it does not move.
   */
  repeatLater(connectionId: string, channel: string, payload: Uint8Array): boolean {
    const departed = this.whenDeparted(connectionId);
    // If Redis is unavailable, the server that sent the message reports a timeout.
    departed?.then(() => this.#context.bus.request(channel, payload)).catch(() => undefined);
    return departed !== undefined;
  }

  /** Called when a connection has ended on this server. */
  onRemoved(connectionId: string): void {
    this.#departures.onRemoved(connectionId);
  }

  close(): void {
    this.#departures.close();
    this.#arrivals.close();
  }

  /**
   * Handles a message in the turn in which it arrives, because its position in the order counts.
   */
  #receive(payload: Uint8Array): undefined {
    const message = readHandOver(payload);
    const { step, recordId } = message;
    if (step === HandOverStep.Claimed) {
      this.#departures.onClaimed(recordId);
      this.#arrivals.onClaimed(recordId);
    } else this.#arrivals.onAnswered(message);
  }
}
