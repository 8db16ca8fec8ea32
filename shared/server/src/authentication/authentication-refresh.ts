import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';

/**
 * A request of a client that sends a new token for its connection. Source:
 * `AuthenticationRefreshContext`, planned for ASP.NET Core 11.
 */
export interface AuthenticationRefresh {
  readonly connectionId: string;
  readonly previousUser: ClaimsPrincipal;
  readonly newUser: ClaimsPrincipal;
  /** When the new token expires, in ms since the epoch. Undefined if it does not expire. */
  readonly newExpiration: number | undefined;
  /** The request that contains the new token. */
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
