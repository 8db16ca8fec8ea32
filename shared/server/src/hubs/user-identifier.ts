import { redactTokens } from '../authentication/redact-tokens.ts';
import type { ConnectionContext } from '../connections/connection-context.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import { errorTexts } from '../error-texts.ts';
import type { HubOptions } from './hub-options.ts';

/** The user of a new connection. Null where the provider has failed: nobody may be taken for somebody else, so the client is refused. */
export function userIdentifierOf(
  { userIdentifier, ticket, connectionId }: ConnectionContext,
  request: ConnectionRequest,
  { userIdProvider, logger }: HubOptions,
): string | undefined | null {
  if (userIdentifier === null) return undefined;
  try {
    return userIdentifier ?? userIdProvider.getUserId({ user: ticket?.user, request });
  } catch (error) {
    logger.error(errorTexts.userIdFailed(connectionId), redactTokens(error, request));
    return null;
  }
}
