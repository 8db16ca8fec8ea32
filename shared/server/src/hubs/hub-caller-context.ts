import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { TransportName } from '../transport-name.ts';

/** The parts of {@link HubCallerContext} that all calls of a connection share. */
export interface ConnectionCallerContext {
  /**
   * The id of the connection. It is not secret: you may send it to other clients. The client gets a
   * new id when it reconnects, except with stateful reconnect.
   */
  readonly connectionId: string;
  /**
   * The user id that the `userIdProvider` returned when the connection opened, or undefined if the
   * connection has no user.
   */
  readonly userIdentifier: string | undefined;
  /**
   * The claims of the authenticated user, or undefined if the client is not authenticated. They
   * change when the client refreshes its token, but they always belong to the same user.
   */
  readonly user: ClaimsPrincipal | undefined;
  /** Values that the hub stores for this connection. They are kept until the connection closes. */
  readonly items: Map<unknown, unknown>;
  /** A signal that is aborted when the connection closes. */
  readonly connectionAborted: AbortSignal;
  /** The name of the transport that the connection uses. */
  readonly transport: TransportName;
  /** The HTTP request that opened the connection. */
  readonly request: ConnectionRequest;
  /** Closes the connection after all messages sent so far. The client does not reconnect. */
  abort(): void;
}

/**
 * Information about the connection that made a call, as `this.context` in a hub.
 * Source: `HubCallerContext` of ASP.NET Core.
 * @example
 * class ChatHub extends Hub {
 *   whoAmI() {
 *     return this.context.userIdentifier ?? this.context.connectionId;
 *   }
 * }
 */
export interface HubCallerContext extends ConnectionCallerContext {
  /**
   * A signal that is aborted when the client cancels this call or the connection closes. In hooks
   * and in calls without a result (`send`), it is the same as `connectionAborted`. A method without
   * a stream that ignores the signal completes with its result.
   * Source: the `CancellationToken` parameter of hub methods. ASP.NET Core 10 cancels only streams;
   * the cancellation of other calls is planned for version 11.
   * @example
   * async *ticks() {
   *   const signal = this.context.invocationAborted;
   *   for await (const tick of setInterval(1000, 'tick', { signal })) yield tick;
   * }
   */
  readonly invocationAborted: AbortSignal;
}

/** The context of one call: the context of its connection and the call's own signal. */
export class CallContext implements HubCallerContext {
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
