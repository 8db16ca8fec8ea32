import { randomBytes } from 'node:crypto';
import type { CompletionMessage } from '@practical-signalr/protocol';
import { errors } from '../errors.ts';
import type { LifetimeConnection } from './lifetime-connection.ts';
import type { SharedMessage } from './shared-message.ts';

/** The maximum number of pending invocations of one connection. */
export const MAXIMUM_PENDING_RESULTS = 1024;

interface PendingInvocation {
  readonly connectionId: string;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The pending invocations that one signal cancels. */
interface WatchedSignal {
  readonly ids: Set<string>;
  readonly cancel: () => void;
}

/**
 * Returns a new invocation id of 128 random bits in 22 characters. It must be unguessable, because
 * a client that knows the id could send a result. .NET Redis backplanes use the same format.
 */
export const newInvocationId = (): string => randomBytes(16).toString('base64').slice(0, 22);

/**
 * Sends an invocation with an id to a client of this server.
 * @throws {HubError} if the connection closes, because its client would return no result.
 * @throws {Error} if an argument cannot be serialized.
 */
export function sendInvocation(connection: LifetimeConnection, message: SharedMessage): void {
  if (connection.isClosing === true) throw errors.connectionLost(connection.connectionId);
  void connection.write(message);
}

/**
 * The pending invocations of clients. Each ends when its result arrives, when its signal is aborted
 * or when its connection closes. Use it in your own lifetime manager.
 * Source: `ClientResultsManager` of ASP.NET Core.
 * @example
 * const invocationId = newInvocationId();
 * const result = results.add(connectionId, invocationId, signal);
 * // Send the invocation. When the completion of the client arrives:
 * results.tryComplete(connectionId, completion);
 */
export class ClientResultsManager {
  readonly #pending = new Map<string, PendingInvocation>();
  readonly #idsByConnection = new Map<string, Set<string>>();
  /** Each signal has one listener, because Node warns about a signal with more than ten. */
  readonly #watched = new Map<AbortSignal, WatchedSignal>();

  /** The number of pending invocations. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Registers an invocation and resolves with its result. Rejects with a {@link HubError} if the
   * client returns an error, the connection closes, the signal is aborted or too many invocations
   * of the connection are pending.
   */
  add(
    connectionId: string,
    invocationId: string,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    if (signal?.aborted === true) {
      return Promise.reject(errors.invocationCanceled());
    }
    if ((this.#idsByConnection.get(connectionId)?.size ?? 0) >= MAXIMUM_PENDING_RESULTS) {
      return Promise.reject(errors.tooManyClientResults(connectionId, MAXIMUM_PENDING_RESULTS));
    }
    return new Promise((resolve, reject) => {
      if (signal !== undefined) this.#watch(signal, invocationId);
      this.#pending.set(invocationId, { connectionId, signal, resolve, reject });
      const ids = this.#idsByConnection.get(connectionId);
      if (ids === undefined) this.#idsByConnection.set(connectionId, new Set([invocationId]));
      else ids.add(invocationId);
    });
  }

  /**
   * Ends an invocation with the client's result or error. Returns false if the invocation is not
   * pending.
   * @throws {Error} if another connection was invoked. The sender guessed the id.
   */
  tryComplete(connectionId: string, completion: CompletionMessage): boolean {
    const invocation = this.#pending.get(completion.invocationId);
    if (invocation === undefined) return false;
    if (invocation.connectionId !== connectionId) {
      throw errors.clientResultUnexpected(connectionId);
    }
    this.#remove(completion.invocationId);
    if (completion.error !== undefined)
      invocation.reject(errors.clientResultFailed(completion.error));
    else if (completion.hasResult) invocation.resolve(completion.result);
    else invocation.reject(errors.clientResultMissing());
    return true;
  }

  /** Returns the id of the invoked connection, or undefined if the invocation is not pending. */
  connectionOf(invocationId: string): string | undefined {
    return this.#pending.get(invocationId)?.connectionId;
  }

  /** Returns whether an invocation of a connection is pending. */
  isPending(connectionId: string): boolean {
    return this.#idsByConnection.has(connectionId);
  }

  /** Rejects one invocation. Does nothing if it is not pending. */
  fail(invocationId: string, error: Error): void {
    this.#remove(invocationId)?.reject(error);
  }

  /** Rejects the invocations of a connection that has closed. */
  connectionLost(connectionId: string): void {
    for (const id of this.#idsByConnection.get(connectionId) ?? []) {
      this.fail(id, errors.connectionLost(connectionId));
    }
  }

  /**
   * Rejects the invocations of all connections for which `isLost` returns true, because their
   * results may never arrive.
   */
  failWhere(
    isLost: (connectionId: string) => boolean,
    createError: (connectionId: string) => Error,
  ): void {
    for (const [connectionId, ids] of this.#idsByConnection) {
      if (!isLost(connectionId)) continue;
      for (const id of ids) this.fail(id, createError(connectionId));
    }
  }

  #watch(signal: AbortSignal, invocationId: string): void {
    let watched = this.#watched.get(signal);
    if (watched === undefined) {
      const ids = new Set<string>();
      const cancel = (): void => {
        for (const id of ids) this.fail(id, errors.invocationCanceled());
      };
      watched = { ids, cancel };
      this.#watched.set(signal, watched);
      signal.addEventListener('abort', cancel);
    }
    watched.ids.add(invocationId);
  }

  #unwatch(signal: AbortSignal, invocationId: string): void {
    const watched = this.#watched.get(signal);
    watched?.ids.delete(invocationId);
    if (watched?.ids.size !== 0) return;
    this.#watched.delete(signal);
    signal.removeEventListener('abort', watched.cancel);
  }

  #remove(invocationId: string): PendingInvocation | undefined {
    const invocation = this.#pending.get(invocationId);
    if (invocation === undefined) return undefined;
    this.#pending.delete(invocationId);
    const { connectionId, signal } = invocation;
    if (signal !== undefined) this.#unwatch(signal, invocationId);
    const ids = this.#idsByConnection.get(connectionId);
    ids?.delete(invocationId);
    if (ids?.size === 0) this.#idsByConnection.delete(connectionId);
    return invocation;
  }
}
