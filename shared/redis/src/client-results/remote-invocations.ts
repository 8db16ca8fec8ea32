import { errors } from '../errors.ts';

/**
 * The maximum number of open invocations per connection. The server that invoked a client never
 * reports that it stopped waiting, so the oldest invocation is removed above this number.
 */
export const MAX_PER_CONNECTION = 1000;

/** An invocation with the channel for its result. */
export interface RemoteInvocation {
  readonly invocationId: string;
  readonly returnAddress: string;
}

/**
 * The invocations of this server's clients that other servers have made, with the channel for each
 * result.
 */
export class RemoteInvocations {
  /** Connection id → invocation id → return address: the result channel without its prefix. */
  readonly #byConnection = new Map<string, Map<string, string>>();
  readonly #connectionIds = new Map<string, string>();

  get size(): number {
    return this.#connectionIds.size;
  }

  /** Returns whether a client has an open invocation. */
  has(connectionId: string): boolean {
    return this.#byConnection.has(connectionId);
  }

  /** Adds an invocation. Returns the one that had to be removed for it, if any. */
  add(
    connectionId: string,
    invocationId: string,
    returnAddress: string,
  ): RemoteInvocation | undefined {
    const open = this.#byConnection.get(connectionId) ?? new Map<string, string>();
    this.#byConnection.set(connectionId, open);
    open.set(invocationId, returnAddress);
    this.#connectionIds.set(invocationId, connectionId);
    if (open.size <= MAX_PER_CONNECTION) return undefined;
    const [[oldestId, oldestAddress]] = open as unknown as [[string, string]];
    open.delete(oldestId);
    this.#connectionIds.delete(oldestId);
    return { invocationId: oldestId, returnAddress: oldestAddress };
  }

  /**
   * Removes an invocation and returns its return address; undefined if no other server invoked the
   * client. Throws if another client was invoked.
   */
  take(connectionId: string, invocationId: string): string | undefined {
    const invokedId = this.#connectionIds.get(invocationId);
    if (invokedId === undefined) return undefined;
    if (invokedId !== connectionId) throw errors.wrongResultSender(connectionId);
    const open = this.#byConnection.get(connectionId) as Map<string, string>;
    const returnAddress = open.get(invocationId);
    open.delete(invocationId);
    if (open.size === 0) this.#byConnection.delete(connectionId);
    this.#connectionIds.delete(invocationId);
    return returnAddress;
  }

  /**
   * Removes all invocations of a connection and returns the return address of each, by invocation
   * id.
   */
  takeAll(connectionId: string): ReadonlyMap<string, string> {
    const open = this.#byConnection.get(connectionId) ?? new Map<string, string>();
    this.#byConnection.delete(connectionId);
    for (const invocationId of open.keys()) this.#connectionIds.delete(invocationId);
    return open;
  }
}
