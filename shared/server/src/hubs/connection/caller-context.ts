import { setMaxListeners } from 'node:events';
import type { ClaimsPrincipal } from '../../connections/claims-principal.ts';
import type { ConnectionContext } from '../../connections/connection-context.ts';
import type { ConnectionRequest } from '../../connections/connection-request.ts';
import type { TransportName } from '../../transport-name.ts';
import type { CallingConnection } from '../calling-connection.ts';
import type { ConnectionCallerContext } from '../hub-caller-context.ts';

/** The caller context that all calls of one connection share. */
export class CallerContext implements ConnectionCallerContext {
  readonly connectionId: string;
  readonly userIdentifier: string | undefined;
  readonly transport: TransportName;
  readonly request: ConnectionRequest;
  /** Replaced when the client refreshes its token. */
  user: ClaimsPrincipal | undefined;
  /** Undefined once the connection has closed, so that a kept context does not keep it. */
  #connection: Pick<CallingConnection, 'abort'> | undefined;
  /** Created on first use, because most hubs do not read the signal. */
  #controller: AbortController | undefined;
  #isAborted = false;
  #items: Map<unknown, unknown> | undefined;

  constructor(
    connection: Pick<CallingConnection, 'abort'> & { readonly userIdentifier: string | undefined },
    context: ConnectionContext,
    transport: TransportName,
    request: ConnectionRequest,
  ) {
    this.connectionId = context.connectionId;
    this.userIdentifier = connection.userIdentifier;
    this.transport = transport;
    this.request = request;
    this.user = context.ticket?.user;
    this.#connection = connection;
  }

  get items(): Map<unknown, unknown> {
    return (this.#items ??= new Map());
  }

  get connectionAborted(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      // Each call may add a listener, so there is no sensible number from which Node should warn.
      setMaxListeners(0, this.#controller.signal);
      if (this.#isAborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  abort(): void {
    this.#connection?.abort();
  }

  /** Aborts `connectionAborted`. Called when the connection closes. */
  markAborted(): void {
    this.#isAborted = true;
    this.#connection = undefined;
    this.#controller?.abort();
  }
}
