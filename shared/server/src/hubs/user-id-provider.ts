import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';

/** The new connection that a {@link UserIdProvider} names. */
export interface UserIdRequest {
  /** The claims of the authenticated user, or undefined if the client is not authenticated. */
  readonly user: ClaimsPrincipal | undefined;
  /** The HTTP request that opens the connection. */
  readonly request: ConnectionRequest;
}

/**
 * Determines the user id of a connection. The server calls it once, when the connection opens.
 * If it throws, the error is logged and the client's handshake is refused, so that no client is
 * mistaken for another user.
 * Default: the claim `sub`, then `nameid`, then `id`.
 * Source: `IUserIdProvider` of ASP.NET Core.
 * @example
 * const byEmail: UserIdProvider = { getUserId: ({ user }) => user?.email as string | undefined };
 * const signalr = new SignalRServer({ userIdProvider: byEmail });
 */
export interface UserIdProvider {
  /** Returns the user id of the connection. Null and undefined mean that it has no user. */
  getUserId(connection: UserIdRequest): string | null | undefined;
}
