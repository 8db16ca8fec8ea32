import { redactTokens } from '../../authentication/redact-tokens.ts';
import type { ConnectionContext } from '../../connections/connection-context.ts';
import type { ConnectionRequest } from '../../connections/connection-request.ts';
import { errors } from '../../errors.ts';
import { logMessages } from '../../log-messages.ts';
import type { HubOptions } from '../hub-options.ts';
import type { UserIdProvider, UserIdRequest } from '../user-id-provider.ts';

/**
 * Calls the user id provider. Returns undefined if it returns null: the connection has no user.
 * Throws if it returns something else than a string or a number, such as a promise.
 */
export function readUserId(provider: UserIdProvider, request: UserIdRequest): string | undefined {
  const userId: unknown = provider.getUserId(request);
  // JavaScript providers may return the number that a database uses.
  if (typeof userId === 'number' || typeof userId === 'bigint') return String(userId);
  if (userId === null || userId === undefined) return undefined;
  if (typeof userId !== 'string') throw errors.userIdInvalid(typeof userId);
  return userId;
}

/**
 * Returns the user id of a new connection, or undefined if it has no user. Returns null if the user
 * id provider threw: the client must be refused, so that it is not mistaken for another user.
 */
export function getUserIdentifier(
  { userIdentifier, ticket, connectionId }: ConnectionContext,
  request: ConnectionRequest,
  { userIdProvider, logger }: HubOptions,
): string | undefined | null {
  if (userIdentifier === null) return undefined;
  try {
    return userIdentifier ?? readUserId(userIdProvider, { user: ticket?.user, request });
  } catch (error) {
    logger.error(logMessages.userIdFailed(connectionId), redactTokens(error, request));
    return null;
  }
}
