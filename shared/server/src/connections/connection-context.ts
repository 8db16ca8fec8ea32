import type { TransferFormat } from '@practical-signalr/protocol';
import type { AuthenticationTicket } from './authentication-ticket.ts';
import type { ConnectionRequest } from './connection-request.ts';
import { PostQueue } from './post-queue.ts';
import type { Transport, TransportEvents } from './transport.ts';

/** One client's connection, whatever carries it. Source: `ConnectionContext` of ASP.NET Core. */
export class ConnectionContext {
  /** Public: names the connection to other clients. */
  readonly connectionId: string;
  /** Secret: whoever has it may open the transport. */
  readonly connectionToken: string;
  /** Given where someone else has named the user, as a service does; null where that one knows that there is none. */
  readonly userIdentifier: string | null | undefined;
  /** Time of negotiation, ms since the epoch: one that is never opened is given up. */
  readonly createdAt = Date.now();
  /** Whether negotiation has agreed that the connection may outlive its transport. */
  useStatefulReconnect = false;
  /** End of a signed token in ms since the epoch; undefined: the token is good on this server only. */
  tokenExpiresAt: number | undefined;
  /** Puts the connection on a new transport; undefined where it cannot be. Source: `IStatefulReconnectFeature`. */
  reconnect: ((transport: Transport) => TransportEvents) | undefined;
  /** The formats that the transport can carry. Source: `ITransferFormatFeature`. */
  transferFormats: readonly TransferFormat[] = ['Text', 'Binary'];
  #posts: PostQueue | undefined;
  /** Who the client is; undefined: nobody knows. A newer ticket of the same user may take its place. */
  ticket: AuthenticationTicket | undefined;
  #opened: { transport: Transport; request: ConnectionRequest } | undefined;

  constructor(connectionId: string, connectionToken: string, userIdentifier?: string | null) {
    this.connectionId = connectionId;
    this.connectionToken = connectionToken;
    this.userIdentifier = userIdentifier;
  }

  get isOpened(): boolean {
    return this.#opened !== undefined;
  }

  /** What carries the connection, once it is opened. */
  get transport(): Transport | undefined {
    return this.#opened?.transport;
  }

  /** What the client POSTs; `maximumEarly` bytes are kept until the connection is open. */
  posts(maximumEarly: number): PostQueue {
    this.#posts ??= new PostQueue(maximumEarly);
    return this.#posts;
  }

  /** Removes a connection that was never opened. */
  abandon(): void {
    this.#posts?.end();
  }

  /** The request that opened the connection. */
  get request(): ConnectionRequest | undefined {
    return this.#opened?.request;
  }

  open(transport: Transport, request: ConnectionRequest): void {
    this.#opened = { transport, request };
  }
}
