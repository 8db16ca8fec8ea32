import type { TransferFormat } from '@practical-signalr/protocol';
import type { SharedPayload } from './shared-payload.ts';

/** What negotiation needs to know about a transport. */
export interface OfferedTransport {
  /** The name in negotiate responses, for example `WebSockets`. */
  readonly name: string;
  readonly transferFormats: readonly TransferFormat[];
  /** True if one upgrade request opens the transport and carries all its data. */
  readonly needsUpgrade: boolean;
}

/**
 * Moves the bytes of one connection. Knows nothing about hubs.
 * Everything that is sent in one turn of the event loop is written together.
 */
export interface Transport {
  /** The name in negotiate responses, for example `WebSockets`. Source: `HttpTransportType`. */
  readonly name: string;
  /**
   * True if the client shows without pings that it is alive.
   * Source: `IConnectionInherentKeepAliveFeature`.
   */
  readonly hasInherentKeepAlive?: boolean;
  /**
   * True if the transport shares its socket with other clients. While one of them is paused, the
   * server must buffer its data, so it is not paused to give other connections a turn.
   */
  readonly isMultiplexed?: boolean;
  /** A number that changes whenever bytes have left a full buffer. */
  readonly progress?: number;
  /** Sends a payload that only this client receives. */
  send(payload: string | Uint8Array): void;
  /**
   * Sends a payload that stateful reconnect does not count: a ping or a Close message.
   * Default: `send`.
   */
  sendUncounted?(payload: string | Uint8Array): void;
  /** Sends a payload that other clients receive too. It is framed once for all of them. */
  sendShared(payload: SharedPayload): void;
  /**
   * Returns undefined if the buffer has room. Otherwise returns a promise that resolves when it
   * has room again or the connection is closed. If `awaitsAcks` is false, messages do not count
   * only because the client has not acknowledged them. Default: true.
   */
  whenRoom(awaitsAcks?: boolean): Promise<void> | undefined;
  /** Sends all buffered payloads, then closes the connection normally. */
  close(): void;
  /** Closes the connection immediately. */
  abort(): void;
  /**
   * Closes the transport without notifying the connection, which continues on a new transport.
   * Only transports that support stateful reconnect have this method.
   */
  abandon?(): void;
  /**
   * Closes the socket after everything that was sent, without notifying the connection and without
   * a message that the client could take for the end of the connection. Default: `abandon`.
   */
  drop?(): void;
  /** Stops reading, so that a client cannot fill the memory of the server with calls. */
  pause(): void;
  /** Continues reading. */
  resume(): void;
}

/** The events that a transport reports to its connection. */
export interface TransportEvents {
  /** Called with each chunk that the client sends, cut at any byte. */
  onReceive(chunk: string | Uint8Array): void;
  /**
   * Called when the transport is closed. `isLost` is true if neither side closed it, and
   * `isTimedOut` if the client has stayed away for too long.
   */
  onClose(isLost?: boolean, isTimedOut?: boolean): void;
  /**
   * Called when the client is back on a new socket. A partly received message from the old socket
   * is never completed: discard it.
   */
  onReconnected?(): void;
  /** Called when another server has taken over the client. Running calls can still send results. */
  onMoved?(): void;
}
