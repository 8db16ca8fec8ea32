import {
  Gate,
  type DepartingConnection,
  type StoredRecord,
} from '@practical-signalr/server/scale-out';
import { channelsOf } from './channels-of.ts';
import {
  command,
  type HandOverKeys,
  newRecordId,
  wholeTime,
  writeStored,
} from './hand-over-keys.ts';
import { HandOverStep, MAXIMUM_SENT_TAIL, writeHandOver } from './hand-over-protocol.ts';
import type { HandOverContext } from './hand-over-context.ts';

interface Departure {
  readonly departing: DepartingConnection;
  readonly recordId: string;
  readonly groups: readonly string[];
  /** Opens when the connection has departed, or stays. */
  readonly done: Gate;
  /** Resolves the promise of the record. */
  settle(isMoved: boolean): void;
  timer: NodeJS.Timeout | undefined;
}

/** The connections of this server that other servers may claim. */
export class Departures {
  readonly #context: HandOverContext;
  readonly #keys: HandOverKeys;
  readonly #byRecord = new Map<string, Departure>();
  readonly #byConnection = new Map<string, Departure>();

  constructor(context: HandOverContext, keys: HandOverKeys) {
    this.#context = context;
    this.#keys = keys;
  }

  /** Stores the record of a connection. Rejects if Redis does not accept it. */
  async record(departing: DepartingConnection): Promise<StoredRecord> {
    const { connectionId } = departing.connection;
    const recordId = newRecordId();
    const groups = [...(this.#context.index.groupsOf(connectionId) ?? [])];
    let settle: (isMoved: boolean) => void = () => undefined;
    const isMoved = new Promise<boolean>((resolve) => (settle = resolve));
    const done = new Gate();
    const departure: Departure = { departing, recordId, groups, done, settle, timer: undefined };
    this.#byRecord.set(recordId, departure);
    this.#byConnection.set(connectionId, departure);
    try {
      const value = writeStored(recordId, departing.createRecord(groups));
      const key = this.#keys.record(connectionId);
      // The record expires after the time in which it can be claimed. If it is missing before that,
      // another server has claimed it.
      const PX = wholeTime(departing.lifetime + this.#context.timeout);
      await command(this.#context.bus, (client) => client.set(key, value, { PX }));
    } catch (error) {
      this.#forget(departure);
      throw error;
    }
    if (this.#byRecord.has(recordId)) {
      departure.timer = setTimeout(() => void this.#withdraw(departure), departing.lifetime);
    }
    return { isMoved };
  }

  whenDeparted(connectionId: string): Promise<void> | undefined {
    return this.#byConnection.get(connectionId)?.done.wait();
  }

  /**
   * Called when another server has claimed a record. Everything received before belongs to this
   * server.
   */
  onClaimed(recordId: string): void {
    const departure = this.#byRecord.get(recordId);
    if (departure === undefined) return;
    const { departing, groups } = departure;
    const { connection } = departing;
    this.#context.history?.deliverWaiting();
    this.#context.bus.handleWaiting(channelsOf(this.#context.channels, connection, groups));
    const tail = departing.createTail();
    this.#byRecord.delete(recordId);
    clearTimeout(departure.timer);
    const removed = this.#context.remove(connection);
    void this.#answer(departure, tail, removed);
  }

  /**
   * Called when a connection has ended on this server, for example because it got too many
   * messages.
   */
  onRemoved(connectionId: string): void {
    const departure = this.#byConnection.get(connectionId);
    // If the record is claimed, `#answer` completes the departure.
    if (departure === undefined || !this.#byRecord.has(departure.recordId)) return;
    this.#forget(departure);
    departure.settle(false);
    this.#delete(this.#keys.record(connectionId));
  }

  close(): void {
    for (const departure of this.#byRecord.values()) {
      this.#forget(departure);
      departure.settle(false);
    }
  }

  /** Notifies the server that has claimed the connection. Stores the tail first if it is long. */
  async #answer(
    departure: Departure,
    tail: string | undefined,
    removed: Promise<void>,
  ): Promise<void> {
    const { bus, channels, timeout } = this.#context;
    const { recordId } = departure;
    let isMoved = false;
    try {
      // Presence must not list the connection here after the other server has announced it.
      await removed;
      const isSent = tail !== undefined && tail.length <= MAXIMUM_SENT_TAIL;
      if (tail !== undefined && !isSent) {
        const key = this.#keys.tail(recordId);
        await command(bus, (client) => client.set(key, tail, { PX: wholeTime(timeout) }));
      }
      const step = tail === undefined ? HandOverStep.Lost : HandOverStep.Released;
      const message = { step, recordId, tail: isSent ? tail : undefined };
      await bus.request(channels.handOver, writeHandOver(message));
      isMoved = tail !== undefined;
    } catch {
      // The other server gets no answer, so its client connects again, as it does after `Lost`.
    }
    this.#forget(departure);
    departure.settle(isMoved);
  }

  /**
   * Takes the record back after its time. If it is gone, a server has claimed it and may continue.
   */
  async #withdraw(departure: Departure): Promise<void> {
    const { bus, timeout } = this.#context;
    const key = this.#keys.record(departure.departing.connection.connectionId);
    const value = await command(bus, (client) => client.getDel(key)).catch(() => null);
    if (!this.#byRecord.has(departure.recordId)) return;
    if (value !== null) this.#expire(departure);
    else departure.timer = setTimeout(() => this.#expire(departure), timeout);
  }

  #expire(departure: Departure): void {
    this.#forget(departure);
    departure.settle(false);
  }

  #forget(departure: Departure): void {
    clearTimeout(departure.timer);
    const { connectionId } = departure.departing.connection;
    this.#byRecord.delete(departure.recordId);
    if (this.#byConnection.get(connectionId) === departure) this.#byConnection.delete(connectionId);
    departure.done.open();
  }

  #delete(key: string): void {
    // If Redis is unavailable, the key expires.
    command(this.#context.bus, (client) => client.getDel(key)).catch(() => undefined);
  }
}
