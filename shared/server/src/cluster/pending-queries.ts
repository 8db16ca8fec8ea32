import { RunningClock } from '../connections/running-clock.ts';
import { clusterErrors } from './errors.ts';

/** A query that waits for the worker that holds a connection. */
interface PendingQuery {
  /** On the clock of the queries, in ms. */
  readonly createdAt: number;
  /** The workers that have not replied. */
  readonly waitsFor: Set<number>;
  readonly settle: (holder: number | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** The maximum time for the replies, and the time between checks for late ones, in ms. */
export const QUERY_TIMEOUT = 30_000;
const CHECK_INTERVAL = 3000;

/**
 * The queries of one lifetime manager. Each ends with the reply of the worker that holds the
 * connection, or when every worker has replied or ended. A worker whose event loop is blocked does
 * neither, so there is a time limit, too.
 */
export class PendingQueries {
  readonly #pending = new Map<number, PendingQuery>();
  readonly #clock = new RunningClock(CHECK_INTERVAL);
  #timer: NodeJS.Timeout | undefined;
  #lastId = 0;

  get size(): number {
    return this.#pending.size;
  }

  /**
   * Returns the id of a new query, and the worker that holds the connection, if there is one.
   * `holder` rejects if a worker does not reply in time (`ERR_SIGNALR_WORKER_SILENT`).
   */
  create(peers: ReadonlySet<number>): {
    readonly id: number;
    readonly holder: Promise<number | undefined>;
  } {
    this.#lastId += 1;
    const id = this.#lastId;
    const holder = new Promise<number | undefined>((settle, reject) => {
      if (peers.size === 0) settle(undefined);
      else {
        const createdAt = this.#clock.now();
        this.#pending.set(id, { createdAt, waitsFor: new Set(peers), settle, reject });
        this.#timer ??= setInterval(() => this.#check(), CHECK_INTERVAL).unref();
      }
    });
    return { id, holder };
  }

  /** Handles the reply of a worker. Ignores late replies. */
  onReply(id: number, worker: number, isHolder: boolean): void {
    const query = this.#pending.get(id);
    if (query === undefined) return;
    query.waitsFor.delete(worker);
    if (!isHolder && query.waitsFor.size > 0) return;
    this.#pending.delete(id);
    query.settle(isHolder ? worker : undefined);
  }

  /** Called when a worker has ended. Counts as its reply that it does not hold the connection. */
  onPeerGone(worker: number): void {
    for (const [id, query] of this.#pending) {
      if (query.waitsFor.has(worker)) this.onReply(id, worker, false);
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Rejects late queries, and stops the timer if no query is pending. */
  #check(): void {
    const latest = this.#clock.tick() - QUERY_TIMEOUT;
    for (const [id, { createdAt, waitsFor, reject }] of this.#pending) {
      if (createdAt > latest) break;
      this.#pending.delete(id);
      reject(clusterErrors.workerSilent([...waitsFor].join(', '), QUERY_TIMEOUT));
    }
    if (this.#pending.size === 0) this.close();
  }
}
