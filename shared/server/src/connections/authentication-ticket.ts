import type { ClaimsPrincipal } from './claims-principal.ts';

/**
 * Who a request comes from, and for how long that holds. Source: `AuthenticationTicket` of ASP.NET
 * Core.
 */
export interface AuthenticationTicket {
  readonly user: ClaimsPrincipal;
  /**
   * End of validity in ms since the epoch; undefined: none. Source:
   * `AuthenticationProperties.ExpiresUtc`.
   */
  readonly expiresAt: number | undefined;
}
