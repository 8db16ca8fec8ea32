import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import { rolesOf } from './claims.ts';
import { isThenable } from '../promises/is-thenable.ts';

/**
 * The connection or the call that a rule decides about. Source:
 * `HubInvocationContext` of ASP.NET Core.
 */
export interface AuthorizationContext {
  /** The request that opens, or opened, the connection. */
  readonly request: ConnectionRequest;
  /** The name of the method as the hub declares it. Undefined for a connection. */
  readonly hubMethodName?: string;
  readonly hubMethodArguments?: readonly unknown[];
}

/** Conditions that must all be met. Source: `AuthorizeAttribute` of ASP.NET Core. */
export interface AuthorizationRule {
  /** The user must have one of these roles: claims `role` and `roles`. */
  readonly roles?: readonly string[];
  /**
   * Returns true for an authorized caller. An error is logged, and the caller is refused. Source:
   * `RequireAssertion`.
   */
  readonly policy?: (
    user: ClaimsPrincipal,
    context: AuthorizationContext,
  ) => boolean | Promise<boolean>;
}

/**
 * The authorized users: `true` for every authenticated user, or a rule. Anonymous callers are
 * always refused.
 * @example
 * signalr.mapHub('/chat', ChatHub, {
 *   authorize: true,
 *   methods: {
 *     ban: { authorize: { roles: ['admin'] } },
 *     bet: { authorize: { policy: (user) => Number(user.age) >= 18 } },
 *   },
 * });
 */
export type Authorize = true | AuthorizationRule;

/** Returns whether a user is authorized. Throws or rejects if a policy does. */
export function isAuthorized(
  authorize: Authorize,
  user: ClaimsPrincipal | undefined,
  context: AuthorizationContext,
): boolean | Promise<boolean> {
  if (user === undefined) return false;
  if (authorize === true) return true;
  const { roles, policy } = authorize;
  if (roles !== undefined) {
    const has = rolesOf(user);
    if (!roles.some((role) => has.includes(role))) return false;
  }
  if (policy === undefined) return true;
  const verdict: unknown = policy(user, context);
  // Only true authorizes. A policy in plain JavaScript may return any value.
  if (!isThenable(verdict)) return verdict === true;
  return Promise.resolve(verdict).then((value) => value === true);
}

/**
 * Returns whether a value is a valid rule. An empty or misspelled rule is not valid, because it
 * would otherwise let everyone in.
 */
export function isAuthorize(value: unknown): value is Authorize {
  if (value === true) return true;
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return false;
  return Object.entries(value).every(([name, member]) => {
    if (name === 'roles')
      return Array.isArray(member) && member.every((role) => typeof role === 'string');
    return name === 'policy' && typeof member === 'function';
  });
}
