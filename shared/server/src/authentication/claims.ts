import { inspect, type InspectOptions, isDeepStrictEqual } from 'node:util';
import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';

// Tokens that .NET creates have the long names if the short ones are not mapped.
const NAME_IDENTIFIER = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier';
const ROLE = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role';

/** Claims that differ in every token of one user. */
const ofTheToken = new Set(['exp', 'iat', 'nbf', 'jti', 'auth_time']);

/**
 * Returns the id of a user: the claim `sub`, `nameid`, or `id`, which session libraries use.
 * Source: `ClaimTypes.NameIdentifier`.
 */
export function nameIdentifier(user: ClaimsPrincipal | undefined): string | undefined {
  if (user === undefined) return undefined;
  const id = user['sub'] ?? user['nameid'] ?? user[NAME_IDENTIFIER] ?? user['id'];
  return typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint'
    ? String(id)
    : undefined;
}

/**
 * Returns the roles of a user: the claims `role` and `roles`, each a string or an array. Source:
 * `ClaimsPrincipal.IsInRole`.
 */
export function rolesOf(user: ClaimsPrincipal): unknown[] {
  return [user['role'], user['roles'], user[ROLE]].flat();
}

/**
 * Returns true if two tickets belong to the same user. Users without an id are the same user only
 * if all their claims are equal.
 */
export function isSameUser(
  first: Pick<AuthenticationTicket, 'user'> | undefined,
  second: Pick<AuthenticationTicket, 'user'> | undefined,
): boolean {
  if (first === undefined || second === undefined) return first === second;
  const id = nameIdentifier(first.user);
  const secondId = nameIdentifier(second.user);
  if (id !== undefined || secondId !== undefined) return id === secondId;
  return isDeepStrictEqual(lasting(first.user), lasting(second.user));
}

/** Returns a string that identifies a user on every server. Undefined without a user. */
export function identityOf(user: ClaimsPrincipal | undefined): string | undefined {
  if (user === undefined) return undefined;
  const id = nameIdentifier(user);
  return id === undefined ? `claims ${inspect(lasting(user), everything)}` : `id ${id}`;
}

/** JSON is not used, because custom claims may be any values, including cycles. */
const everything: InspectOptions = {
  depth: Infinity,
  maxArrayLength: Infinity,
  maxStringLength: Infinity,
  breakLength: Infinity,
  customInspect: false,
  sorted: true,
};

const lasting = (user: ClaimsPrincipal): [string, unknown][] =>
  Object.entries(user)
    .filter(([name]) => !ofTheToken.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
