import type { TransferFormat } from '@practical-signalr/protocol';
import type { AuthenticationTicket } from './authentication-ticket.ts';
import type { ConnectionRequest } from './connection-request.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { PostQueue } from './post-queue.ts';
import type { Transport, TransportEvents } from './transport.ts';

/** One client's connection on any transport. Source: `ConnectionContext` of ASP.NET Core. */
export class ConnectionContext {
  /** Public: it identifies the connection to other clients. */
  readonly connectionId: string;
  /** Secret: a client that knows it may open the transport. */
  readonly connectionToken: string;
  /**
   * The user id, if another service has determined it. Null if the service knows that the
   * connection has no user.
   */
  readonly userIdentifier: string | null | undefined;
  /** When the connection was kept without being open, in ms on the clock of its manager. */
  keptSince = 0;
  /** Limits the POSTs of all unopened connections together. Default: no common limit. */
  earlyBytes: MemoryBudget | undefined;
  /** Whether client and server have agreed that the connection may outlive its transport. */
  useStatefulReconnect = false;
  /**
   * Moves the connection to a new transport. Undefined if it cannot be moved.
   * Source: `IStatefulReconnectFeature`.
   */
  reconnect: ((transport: Transport) => TransportEvents) | undefined;
  /** The formats that the transport can carry. Source: `ITransferFormatFeature`. */
  transferFormats: readonly TransferFormat[] = ['Text', 'Binary'];
  /** The authenticated client. A newer ticket of the same user may replace it. */
  ticket: AuthenticationTicket | undefined;
  /**
   * When the latest of the tickets expires that a refresh has replaced, in ms since the epoch. A
   * poll that was sent before the refresh may still bring one of them.
   */
  replacedUntil = 0;
  #posts: PostQueue | undefined;
  #transport: Transport | undefined;
  #request: ConnectionRequest | undefined;

  constructor(connectionId: string, connectionToken: string, userIdentifier?: string | null) {
    this.connectionId = connectionId;
    this.connectionToken = connectionToken;
    this.userIdentifier = userIdentifier;
  }

  get isOpened(): boolean {
    return this.#transport !== undefined;
  }

  /** The current transport. Undefined if the connection is not open. */
  get transport(): Transport | undefined {
    return this.#transport;
  }

  /**
   * Returns the queue of the client's POSTs. While the connection is not open or is paused, at most
   * `maximumKept` bytes are kept.
   */
  posts(maximumKept: number): PostQueue {
    this.#posts ??= new PostQueue(maximumKept, this.earlyBytes);
    return this.#posts;
  }

  /** Ends the POSTs of a connection that was never opened. */
  abandon(): void {
    this.#posts?.end();
  }

  /** The request that opened the connection. */
  get request(): ConnectionRequest | undefined {
    return this.#request;
  }

  open(transport: Transport, request: ConnectionRequest): void {
    this.#transport = transport;
    this.#request = request;
  }
}
