/** An invocation of a client of this worker, made by another worker. */
interface RemoteInvocation {
  readonly connectionId: string;
  /** The worker that waits for the result. */
  readonly worker: number;
}

/** An invocation that was removed, and the worker that waits for its result. */
export interface RemovedInvocation {
  readonly invocationId: string;
  readonly worker: number;
}

/** The maximum number of such invocations per connection. Above it, the oldest one is removed. */
export const MAXIMUM_REMOTE_INVOCATIONS = 1024;

/** The invocations of this worker's clients that other workers have made. */
export class WorkerInvocations {
  readonly #invocations = new Map<string, RemoteInvocation>();
  readonly #idsByConnection = new Map<string, Set<string>>();

  get size(): number {
    return this.#invocations.size;
  }

  /** Adds an invocation. Returns the one that had to be removed for it, if any. */
  add(invocationId: string, invocation: RemoteInvocation): RemovedInvocation | undefined {
    const { connectionId } = invocation;
    const ids = this.#idsByConnection.get(connectionId) ?? new Set<string>();
    this.#idsByConnection.set(connectionId, ids);
    const [oldestId] = ids;
    ids.add(invocationId);
    this.#invocations.set(invocationId, invocation);
    if (ids.size <= MAXIMUM_REMOTE_INVOCATIONS || oldestId === undefined) return undefined;
    const oldest = this.take(oldestId);
    return oldest === undefined ? undefined : { invocationId: oldestId, worker: oldest.worker };
  }

  /** Returns an invocation without removing it. */
  get(invocationId: string): RemoteInvocation | undefined {
    return this.#invocations.get(invocationId);
  }

  /** Removes an invocation and returns it. Undefined if no other worker invoked the client. */
  take(invocationId: string): RemoteInvocation | undefined {
    const invocation = this.#invocations.get(invocationId);
    if (invocation === undefined) return undefined;
    this.#invocations.delete(invocationId);
    const ids = this.#idsByConnection.get(invocation.connectionId);
    ids?.delete(invocationId);
    if (ids?.size === 0) this.#idsByConnection.delete(invocation.connectionId);
    return invocation;
  }

  /** Removes the invocations of a connection. Returns each with its id. */
  takeAll(connectionId: string): readonly (readonly [string, RemoteInvocation])[] {
    const ids = [...(this.#idsByConnection.get(connectionId) ?? [])];
    return ids.flatMap((id) => {
      const invocation = this.take(id);
      return invocation === undefined ? [] : [[id, invocation] as const];
    });
  }
}
