import type { ClaimsPrincipal } from './claims-principal.ts';

/**
 * The result of an authentication: the user, and when it expires. Source: `AuthenticationTicket` of
 * ASP.NET Core.
 */
export interface AuthenticationTicket {
  readonly user: ClaimsPrincipal;
  /**
   * When the authentication expires, in ms since 1970. Undefined if it does not expire. Source:
   * `AuthenticationProperties.ExpiresUtc`.
   */
  readonly expiresAt: number | undefined;
}
