import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { TransportName } from '../connections/transport.ts';

/** The connection that made a call, as long as it lives. */
export interface ConnectionCallerContext {
  /** Public id of the connection; a new one after each reconnect. */
  readonly connectionId: string;
  /** The user, as the `userIdProvider` names it; undefined when nobody does. */
  readonly userIdentifier: string | undefined;
  /** The claims of the authenticated user; undefined: nobody knows. A refreshed token may change them, never the user. */
  readonly user: ClaimsPrincipal | undefined;
  /** What the hub keeps for this connection; lasts from call to call. */
  readonly items: Map<unknown, unknown>;
  /** Aborted when the connection ends. */
  readonly connectionAborted: AbortSignal;
  readonly transport: TransportName;
  /** The HTTP request that opened the connection. */
  readonly request: ConnectionRequest;
  /** Ends the connection; what was sent before still arrives. */
  abort(): void;
}

/** The connection that made a call. Source: `HubCallerContext` of ASP.NET Core. */
export interface HubCallerContext extends ConnectionCallerContext {
  /**
   * Aborted when the client cancels this stream, or when the connection ends: the `CancellationToken` of a hub method.
   * A call that does not stream cannot be cancelled by itself.
   * @example
   * async *ticks() {
   *   for await (const tick of setInterval(1000, 'tick', { signal: this.context.invocationAborted })) yield tick;
   * }
   */
  readonly invocationAborted: AbortSignal;
}

/** The context of one call: what its connection says, and the call's own signal. */
export class InvocationContext implements HubCallerContext {
  readonly #connection: ConnectionCallerContext;
  readonly #call: Pick<HubCallerContext, 'invocationAborted'>;

  constructor(
    connection: ConnectionCallerContext,
    call: Pick<HubCallerContext, 'invocationAborted'>,
  ) {
    this.#connection = connection;
    this.#call = call;
  }

  get connectionId(): string {
    return this.#connection.connectionId;
  }
  get userIdentifier(): string | undefined {
    return this.#connection.userIdentifier;
  }
  get user(): ClaimsPrincipal | undefined {
    return this.#connection.user;
  }
  get items(): Map<unknown, unknown> {
    return this.#connection.items;
  }
  get connectionAborted(): AbortSignal {
    return this.#connection.connectionAborted;
  }
  get invocationAborted(): AbortSignal {
    return this.#call.invocationAborted;
  }
  get transport(): TransportName {
    return this.#connection.transport;
  }
  get request(): ConnectionRequest {
    return this.#connection.request;
  }
  abort(): void {
    this.#connection.abort();
  }
}
