import type { ClaimsPrincipal } from '@practical-signalr/server/scale-out';
import type { ServiceHubClients } from './service-hub-clients.ts';

/** What a client needs to connect to the service; the answer to its negotiation. */
export interface ConnectionInfo {
  readonly url: string;
  readonly accessToken: string;
}

/** Who negotiates. Source: `NegotiationOptions` of the management SDK. */
export interface NegotiateOptions {
  /** The user that the client belongs to. */
  readonly userId?: string;
  /** What else upstream calls get to know of the user. */
  readonly claims?: ClaimsPrincipal;
  /** How long the token is good for a connection, in ms. Default one hour. */
  readonly lifetime?: number;
  /** Whether the client is closed when the claim `exp` has passed. Default false. */
  readonly closeOnAuthenticationExpiration?: boolean;
}

/** Connections that are not closed, and why the others are. */
export interface CloseOptions {
  readonly excluded?: readonly string[];
  /** Shown to the clients. */
  readonly reason?: string;
}

/** Groups of connections. */
export interface ServiceGroupManager {
  /** Rejects when there is no such connection. */
  add(connectionId: string, group: string): Promise<void>;
  remove(connectionId: string, group: string): Promise<void>;
  removeFromAll(connectionId: string): Promise<void>;
}

/** Groups of users: connections that a user opens later are in them too. */
export interface UserGroupManager {
  /** `ttl` is how long the user is in the group, in ms, whole seconds. Default: for good. */
  add(userId: string, group: string, options?: { readonly ttl?: number }): Promise<void>;
  remove(userId: string, group: string): Promise<void>;
  removeFromAll(userId: string): Promise<void>;
  has(userId: string, group: string): Promise<boolean>;
}

/** What is connected, and how it ends. */
export interface ClientManager {
  connectionExists(connectionId: string): Promise<boolean>;
  userExists(userId: string): Promise<boolean>;
  /** Whether anybody is in the group. */
  groupExists(group: string): Promise<boolean>;
  closeConnection(connectionId: string, reason?: string): Promise<void>;
  closeAll(options?: CloseOptions): Promise<void>;
  closeUser(userId: string, options?: CloseOptions): Promise<void>;
  closeGroup(group: string, options?: CloseOptions): Promise<void>;
}

/** One hub of the service, without a server connection. Source: `ServiceHubContext` of the management SDK. */
export interface ServiceHubContext<TClient> {
  readonly clients: ServiceHubClients<TClient>;
  readonly groups: ServiceGroupManager;
  readonly userGroups: UserGroupManager;
  readonly clientManager: ClientManager;
  /**
   * The answer to a client that negotiates with the app.
   * @example
   * app.post('/chat/negotiate', async (request, response) => {
   *   response.json(await chat.negotiate({ userId: request.user.id }));
   * });
   */
  negotiate(options?: NegotiateOptions): Promise<ConnectionInfo>;
}
