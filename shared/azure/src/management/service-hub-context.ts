import type {
  GroupManager,
  RemoteHubContext,
  RemoteUserGroups,
} from '@practical-signalr/server/hub-context';
import type { ClaimsPrincipal } from '@practical-signalr/server/scale-out';
import type { ServiceHubClients } from './service-hub-clients.ts';

/** The response to a negotiation. A client needs it to connect to the service. */
export interface ConnectionInfo {
  readonly url: string;
  readonly accessToken: string;
}

/** Options of `negotiate()`. Source: `NegotiationOptions` of the management SDK. */
export interface NegotiateOptions {
  /** The user that the client belongs to. */
  readonly userId?: string;
  /** Claims of the user. Upstream endpoints receive them. */
  readonly claims?: ClaimsPrincipal;
  /** How long the client can connect with the token, in ms. Default: 3,600,000 ms (one hour). */
  readonly lifetime?: number;
  /** Whether the service closes the client when the claim `exp` has passed. Default: false. */
  readonly closeOnAuthenticationExpiration?: boolean;
}

/** Adds connections to groups and removes them. */
export interface ServiceGroupManager extends GroupManager {
  /** Rejects if the connection does not exist (`ERR_SIGNALR_AZURE_REST_REFUSED`). */
  add(connectionId: string, group: string): Promise<void>;
  remove(connectionId: string, group: string): Promise<void>;
  removeFromAll(connectionId: string): Promise<void>;
}

/** Adds users to groups. This includes connections that the user opens later. */
export interface UserGroupManager extends RemoteUserGroups {
  /** `ttl` is the duration of the membership in ms, rounded up to seconds. Default: unlimited. */
  add(userId: string, group: string, options?: { readonly ttl?: number }): Promise<void>;
  remove(userId: string, group: string): Promise<void>;
  removeFromAll(userId: string): Promise<void>;
  has(userId: string, group: string): Promise<boolean>;
}

/**
 * Sends to the clients of one hub without a server connection. Has the interface of the hub context
 * of `@practical-signalr/redis`.
 * Source: `ServiceHubContext` of the management SDK.
 */
export interface ServiceHubContext<TClient> extends RemoteHubContext<TClient> {
  readonly clients: ServiceHubClients<TClient>;
  readonly groups: ServiceGroupManager;
  readonly userGroups: UserGroupManager;
  /**
   * Creates the response to a client that negotiates with the app.
   * @example
   * app.post('/chat/negotiate', async (request, response) => {
   *   response.json(await chat.negotiate({ userId: request.user.id }));
   * });
   */
  negotiate(options?: NegotiateOptions): Promise<ConnectionInfo>;
}
