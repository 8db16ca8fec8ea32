import { redactTokens } from '../../authentication/redact-tokens.ts';
import type { ConnectionContext } from '../../connections/connection-context.ts';
import type { ConnectionRequest } from '../../connections/connection-request.ts';
import { logMessages } from '../../log-messages.ts';
import type { HubOptions } from '../hub-options.ts';

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
    return userIdentifier ?? userIdProvider.getUserId({ user: ticket?.user, request });
  } catch (error) {
    logger.error(logMessages.userIdFailed(connectionId), redactTokens(error, request));
    return null;
  }
}
