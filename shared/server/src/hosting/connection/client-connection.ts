import type { ClaimsPrincipal } from '../../connections/claims-principal.ts';
import type { ConnectionRequest } from '../../connections/connection-request.ts';
import type { TransportName } from '../../transport-name.ts';

/**
 * A connection of a client without the hub protocol: a stream of bytes in both directions. Chunks
 * are not messages, because transports join and split them. Iterate it to read. The iteration ends
 * when the client or the server closes the connection. Only one loop can read at a time. If you
 * leave a loop, the next one continues with the next chunk.
 * Source: `ConnectionContext` of ASP.NET Core.
 */
export interface ClientConnection extends AsyncIterable<Uint8Array> {
  readonly connectionId: string;
  readonly transport: TransportName;
  /** The request that opened the connection. */
  readonly request: ConnectionRequest;
  /** The claims of the user. Undefined if the caller is not authenticated. */
  readonly user: ClaimsPrincipal | undefined;
  /** Aborted when the connection closes or the server stops. */
  readonly signal: AbortSignal;
  /**
   * Sends text or bytes. Resolves when the buffer has room, so await it before the next send. After
   * the connection has closed, it does nothing. Server-Sent Events can carry only text in UTF-8.
   */
  send(payload: string | Uint8Array): Promise<void>;
  /** Sends what is buffered, then closes the connection. */
  close(): void;
  /** Closes the connection immediately. */
  abort(): void;
}

/**
 * Handles one connection. The connection closes when the handler returns, or when its promise
 * settles. Source: `ConnectionHandler.OnConnectedAsync` of ASP.NET Core.
 */
export type ConnectionHandler = (connection: ClientConnection) => void | Promise<void>;
