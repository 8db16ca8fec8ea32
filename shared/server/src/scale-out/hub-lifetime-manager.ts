import type { CompletionMessage } from '@practical-signalr/protocol';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { ConnectionIndex } from './connection-index.ts';
import type { HandOver } from './hand-over.ts';
import type { HealthReportEntry } from './health-report.ts';
import type { TransportName } from '../transport-name.ts';
import type { LifetimeConnection } from './lifetime-connection.ts';
import type { RecoveryReply, RecoveryRequest } from '../client/recovery-messages.ts';

/**
 * The server to which a client must connect instead.
 * Source: TransportProtocols.md, "POST [endpoint-base]/negotiate", redirect.
 */
export interface NegotiateRedirect {
  /** The URL to which the client connects. */
  readonly url: string;
  /** The token that the client sends to that URL. */
  readonly accessToken: string;
}

/** The options of the hub with which a client negotiates. A redirect passes them on. */
export interface NegotiatedHub {
  /** The user id that the server's `userIdProvider` returned, or undefined if there is no user. */
  readonly userIdentifier: string | undefined;
  /** The names of the transports that the hub allows. */
  readonly transports: readonly TransportName[];
  /** The time limit of the handshake, in ms. */
  readonly handshakeTimeout: number;
  readonly enableDetailedErrors: boolean;
  readonly closeOnAuthenticationExpiration: boolean;
}

/** Closes connections of all servers. The clients do not reconnect by themselves. */
export interface ConnectionCloser {
  /** Closes a connection. Resolves when all servers have received it. Ignores an unknown id. */
  closeConnection(connectionId: string): Promise<void>;
  /** Closes all connections of a user. Resolves when all servers have received it. */
  closeUser(userId: string): Promise<void>;
}

/**
 * Decides which connections receive a message. Each hub class has one. A scale-out package replaces
 * this class, to reach the connections of other servers too.
 *
 * A send resolves when the message is in the buffers of the connections and these have room for
 * more. It does not wait until clients have received the message. It rejects if the arguments
 * cannot be serialized. Connections, groups and users that do not exist are ignored.
 * Source: `HubLifetimeManager<THub>` of ASP.NET Core.
 */
export interface HubLifetimeManager {
  /**
   * The connections of this server with their groups, for the admin page. Default: the groups are
   * not known, because a service keeps them.
   */
  readonly index?: ConnectionIndex | undefined;
  /**
   * Closes connections of other servers, for the admin page. Default: a server closes only its own
   * connections.
   */
  readonly closer?: ConnectionCloser | undefined;
  /** Moves connections to other servers. Default: connections close with their server. */
  readonly handOver?: HandOver | undefined;
  /** Adds a connection, after its handshake and before the connected hook. */
  onConnected(connection: LifetimeConnection): Promise<void>;
  /**
   * Called when a connection starts to close, while its connected hook may still run. May be called
   * twice. Reject the pending invocations of the client here: a hook may wait for one of them, and
   * `onDisconnected` waits for the hooks.
   */
  onClosing?(connection: LifetimeConnection): void;
  /**
   * Called before the disconnected hook, so that lists of connections that the hook reads do not
   * contain the connection. The connection still belongs to its groups.
   */
  onDisconnecting?(connection: LifetimeConnection): Promise<void>;
  /** Removes a connection from everything, after the disconnected hook. */
  onDisconnected(connection: LifetimeConnection): Promise<void>;
  sendAll(method: string, args: readonly unknown[]): Promise<void>;
  sendAllExcept(
    method: string,
    args: readonly unknown[],
    excludedIds: readonly string[],
  ): Promise<void>;
  sendConnection(connectionId: string, method: string, args: readonly unknown[]): Promise<void>;
  sendConnections(
    connectionIds: readonly string[],
    method: string,
    args: readonly unknown[],
  ): Promise<void>;
  sendGroup(group: string, method: string, args: readonly unknown[]): Promise<void>;
  sendGroups(groups: readonly string[], method: string, args: readonly unknown[]): Promise<void>;
  sendGroupExcept(
    group: string,
    method: string,
    args: readonly unknown[],
    excludedIds: readonly string[],
  ): Promise<void>;
  sendUser(userId: string, method: string, args: readonly unknown[]): Promise<void>;
  sendUsers(userIds: readonly string[], method: string, args: readonly unknown[]): Promise<void>;
  /** Adds a connection of any server to a group. Resolves when later sends reach it. */
  addToGroup(connectionId: string, group: string): Promise<void>;
  /** Removes a connection of any server from a group. */
  removeFromGroup(connectionId: string, group: string): Promise<void>;
  /**
   * Calls a method of one client and resolves with its result. Rejects if the client does not
   * exist,
   * disconnects or returns an error, or if the signal is aborted.
   */
  invokeConnection(
    connectionId: string,
    method: string,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<unknown>;
  /**
   * Handles a client's result. Ignores it if no invocation with its id is pending. Throws if
   * another
   * client was invoked.
   */
  setConnectionResult(connectionId: string, completion: CompletionMessage): void;
  /**
   * Called when a client with `withRecovery` has connected. Sends the messages that the client
   * missed since the position of the request, and reports whether these are all. Default: the
   * server has no history.
   */
  recover?(connection: LifetimeConnection, request: RecoveryRequest): Promise<RecoveryReply>;
  /**
   * Called for each negotiate request. Returns the server to which the client must connect, or
   * undefined to serve the client here. Reject with a {@link NegotiateError} if clients cannot be
   * served now. Default: clients are served here.
   */
  negotiate?(
    request: ConnectionRequest,
    user: ClaimsPrincipal | undefined,
    hub: NegotiatedHub,
  ): Promise<NegotiateRedirect | undefined>;
  /**
   * Called when the server starts to close, before it closes its connections. Clients that have
   * negotiated already may still connect.
   */
  closing?(): Promise<void>;
  /**
   * Returns the health of the connection to the other servers. `data` names the scale-out as
   * `scaleOut`. The server adds the number of its connections.
   */
  health?(): HealthReportEntry;
  /** Releases all resources. Called after the last connection of this server has closed. */
  close?(): Promise<void>;
}
