import { errorTexts } from './error-texts.ts';

/** Questions of one connection that may wait; the asking server never says when it gives up. */
const MAXIMUM_PER_CONNECTION = 1000;

/** The questions that other servers have put to clients of this one, and where their answers go. */
export class RemoteInvocations {
  /** By connection and invocation id: the channel of the asking server, without prefix. */
  readonly #byConnection = new Map<string, Map<string, string>>();
  readonly #connectionOf = new Map<string, string>();

  get size(): number {
    return this.#connectionOf.size;
  }

  add(connectionId: string, invocationId: string, returnAddress: string): void {
    let open = this.#byConnection.get(connectionId);
    if (open === undefined) this.#byConnection.set(connectionId, (open = new Map()));
    if (open.size === MAXIMUM_PER_CONNECTION) {
      const [oldest] = open.keys();
      open.delete(oldest as string);
      this.#connectionOf.delete(oldest as string);
    }
    open.set(invocationId, returnAddress);
    this.#connectionOf.set(invocationId, connectionId);
  }

  /** Where the answer goes; undefined where no other server asked. Throws where another client was asked. */
  take(connectionId: string, invocationId: string): string | undefined {
    const asked = this.#connectionOf.get(invocationId);
    if (asked === undefined) return undefined;
    if (asked !== connectionId) throw new Error(errorTexts.answeredByOther(connectionId));
    const open = this.#byConnection.get(connectionId) as Map<string, string>;
    const returnAddress = open.get(invocationId);
    open.delete(invocationId);
    if (open.size === 0) this.#byConnection.delete(connectionId);
    this.#connectionOf.delete(invocationId);
    return returnAddress;
  }

  /** Ends all questions to a connection that is gone. */
  takeAll(connectionId: string): ReadonlyMap<string, string> {
    const open = this.#byConnection.get(connectionId) ?? new Map<string, string>();
    this.#byConnection.delete(connectionId);
    for (const invocationId of open.keys()) this.#connectionOf.delete(invocationId);
    return open;
  }
}
