import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';

/**
 * A client that brings a new token for its connection. Source: `AuthenticationRefreshContext`,
 * planned for ASP.NET Core 11.
 */
export interface AuthenticationRefresh {
  readonly connectionId: string;
  readonly previousUser: ClaimsPrincipal;
  readonly newUser: ClaimsPrincipal;
  /** End of the new token in ms since the epoch; undefined: none. */
  readonly newExpiration: number | undefined;
  /** The request that brings it. */
  readonly request: ConnectionRequest;
}

/**
 * Returns the whole seconds until a ticket expires, or undefined if it does not expire or has
 * expired.
 */
export function tokenLifetimeSeconds(ticket: AuthenticationTicket | undefined): number | undefined {
  if (ticket?.expiresAt === undefined) return undefined;
  const seconds = Math.floor((ticket.expiresAt - Date.now()) / 1000);
  return seconds > 0 ? seconds : undefined;
}
