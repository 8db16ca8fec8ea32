import type { CompletionMessage, HubProtocol } from '@practical-signalr/protocol';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { HealthReportEntry } from './health-report.ts';
import type { TransportName } from '../transport-name.ts';
import type { SharedMessage } from './shared-message.ts';

/** What a lifetime manager sees of a connection. */
export interface LifetimeConnection {
  readonly connectionId: string;
  readonly userIdentifier: string | undefined;
  /** The encoding that the client chose; undefined before its handshake. */
  readonly protocol?: HubProtocol | undefined;
  /** Sends; undefined when more may follow at once, else a promise for room in the connection's buffer. */
  write(message: SharedMessage): Promise<void> | undefined;
}

/** Where a client has to go instead of here. Source: TransportProtocols.md, "POST [endpoint-base]/negotiate", redirect. */
export interface NegotiateRedirect {
  readonly url: string;
  readonly accessToken: string;
}

/** What a redirect must tell of the endpoint that the client has asked for. */
export interface NegotiatedHub {
  /** The user, as the server's `userIdProvider` names it. */
  readonly userIdentifier: string | undefined;
  /** Names of the transports that the endpoint allows. */
  readonly transports: readonly TransportName[];
  /** Time for the handshake, in ms. */
  readonly handshakeTimeout: number;
  readonly enableDetailedErrors: boolean;
  readonly closeOnAuthenticationExpiration: boolean;
}

/**
 * Who gets what: the one seam that scale-out replaces. One for each hub class.
 * A send resolves when the message has been handed to the connections, not when clients have it.
 * Source: `HubLifetimeManager<THub>` of ASP.NET Core.
 */
export interface HubLifetimeManager {
  onConnected(connection: LifetimeConnection): Promise<void>;
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
  addToGroup(connectionId: string, group: string): Promise<void>;
  removeFromGroup(connectionId: string, group: string): Promise<void>;
  /**
   * Asks one client and waits for its answer. Rejects when there is no such client, when it goes away, answers with an error,
   * or when the signal aborts.
   */
  invokeConnection(
    connectionId: string,
    method: string,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<unknown>;
  /** Takes a client's answer; one that nobody waits for is passed over. Throws where another client was asked. */
  setConnectionResult(connectionId: string, completion: CompletionMessage): void;
  /**
   * Sends clients elsewhere when they negotiate; the request's path is the hub's. Undefined: they stay.
   * Rejects when clients cannot be served now, best with a {NegotiateError}.
   */
  negotiate?(
    request: ConnectionRequest,
    user: ClaimsPrincipal | undefined,
    hub: NegotiatedHub,
  ): Promise<NegotiateRedirect | undefined>;
  /** The server is about to close: runs before its connections are told to go. What was negotiated may still come. */
  closing?(): Promise<void>;
  /** How the way to the other servers is. Absent where there are none. */
  health?(): HealthReportEntry;
  /** Ends what the manager holds, after the last connection of this process is gone. */
  close?(): Promise<void>;
}
