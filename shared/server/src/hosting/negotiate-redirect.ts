import type { ServerResponse } from 'node:http';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import { answer } from '../connections/http-answer.ts';
import { readUserId } from '../hubs/connection/user-identifier.ts';
import { logMessages } from '../log-messages.ts';
import { NegotiateError } from '../scale-out/negotiate-error.ts';
import type { MappedHub } from './mapped-hub.ts';

/**
 * Answers negotiation if the scale-out redirects clients. Returns false if they stay.
 * Source: TransportProtocols.md, "POST [endpoint-base]/negotiate", redirect; the texts are the
 * Azure SDK's.
 */
export async function answerRedirect(
  hub: MappedHub,
  request: ConnectionRequest,
  user: ClaimsPrincipal | undefined,
  response: ServerResponse,
): Promise<boolean> {
  if (hub.lifetime.negotiate === undefined) return false;
  try {
    const userIdentifier = readUserId(hub.options.userIdProvider, { request, user });
    const redirect = await hub.lifetime.negotiate(request, user, {
      ...hub.options,
      userIdentifier,
    });
    if (redirect === undefined) return false;
    const { url, accessToken } = redirect;
    answer(
      response,
      200,
      JSON.stringify({ negotiateVersion: 0, url, accessToken, availableTransports: [] }),
      {
        'Content-Type': 'application/json',
      },
    );
  } catch (error) {
    if (error instanceof NegotiateError) answer(response, error.statusCode, error.message);
    else {
      hub.options.logger.error(logMessages.redirectFailed, error);
      answer(response, 500);
    }
  }
  return true;
}
