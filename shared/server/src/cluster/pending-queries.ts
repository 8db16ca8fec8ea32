/** A query that waits for the worker that holds a connection. */
interface PendingQuery {
  /** The workers that have not replied. */
  readonly waitsFor: Set<number>;
  readonly settle: (holder: number | undefined) => void;
}

/**
 * The queries of one lifetime manager. Each ends with the reply of the worker that holds the
 * connection, or when every worker has replied or ended. So no timer is needed.
 */
export class PendingQueries {
  readonly #pending = new Map<number, PendingQuery>();
  #lastId = 0;

  get size(): number {
    return this.#pending.size;
  }

  /** Returns the id of a new query, and the worker that holds the connection, if there is one. */
  create(peers: ReadonlySet<number>): {
    readonly id: number;
    readonly holder: Promise<number | undefined>;
  } {
    this.#lastId += 1;
    const id = this.#lastId;
    const holder = new Promise<number | undefined>((settle) => {
      if (peers.size === 0) settle(undefined);
      else this.#pending.set(id, { waitsFor: new Set(peers), settle });
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

  /** A worker that has ended holds no connection. */
  onPeerGone(worker: number): void {
    for (const [id, query] of this.#pending) {
      if (query.waitsFor.has(worker)) this.onReply(id, worker, false);
    }
  }
}
