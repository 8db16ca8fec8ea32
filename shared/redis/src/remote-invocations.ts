import { errors } from './errors.ts';

/**
 * The maximum number of open invocations per connection. The server that invoked a client never
 * reports that it stopped waiting, so the oldest invocation is dropped above this number.
 */
const MAX_PER_CONNECTION = 1000;

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

  add(connectionId: string, invocationId: string, returnAddress: string): void {
    const open = this.#byConnection.get(connectionId) ?? new Map<string, string>();
    this.#byConnection.set(connectionId, open);
    if (open.size === MAX_PER_CONNECTION) {
      const [oldest] = open.keys();
      open.delete(oldest as string);
      this.#connectionIds.delete(oldest as string);
    }
    open.set(invocationId, returnAddress);
    this.#connectionIds.set(invocationId, connectionId);
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
