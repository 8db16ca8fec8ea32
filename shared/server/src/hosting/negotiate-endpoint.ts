import { tokenLifetimeSeconds } from '../authentication/authentication-refresh.ts';
import { identityOf } from '../authentication/claims.ts';
import { answer } from '../connections/http-answer.ts';
import { negotiate } from '../connections/negotiate.ts';
import { wireMessages } from '../wire-messages.ts';
import type { HubExchange } from './hub-exchange.ts';
import { answerRedirect } from './negotiate-redirect.ts';
import { splitAction } from './routes/subpath-action.ts';

/**
 * Answers `POST {hub}/negotiate`. Source: TransportProtocols.md, "POST [endpoint-base]/negotiate".
 */
export async function answerNegotiate(
  { hub, request, response, details, ticket }: HubExchange,
  canUpgrade: boolean,
): Promise<void> {
  if (request.method !== 'POST') return answer(response, 405);
  if (hub.isClosing) return answer(response, 503, wireMessages.serverClosing);
  const refusal = hub.refuseConnection(details, ticket);
  if (refusal !== undefined) return answer(response, refusal.status, refusal.message);
  const { allowStatefulReconnects, minimumProtocolVersion } = hub.options;
  if (hub.lifetime.negotiate !== undefined) {
    const { params, headers, remoteAddress } = details;
    const path = splitAction(details.path).parentPath;
    const hubRequest = { path, query: details.query, params, headers, remoteAddress };
    if (await answerRedirect(hub, hubRequest, ticket?.user, response)) return;
  }
  const { query } = details;
  const body = negotiate(
    {
      version: query.get('negotiateVersion'),
      useStatefulReconnect:
        allowStatefulReconnects && query.get('useStatefulReconnect')?.toLowerCase() === 'true',
      user: () => identityOf(ticket?.user),
      tokenLifetime: hub.options.enableAuthenticationRefresh
        ? tokenLifetimeSeconds(ticket)
        : undefined,
    },
    minimumProtocolVersion,
    canUpgrade ? hub.transportsText : hub.transportsTextWithoutUpgrade,
    hub.connections,
  );
  answer(response, 200, body, { 'Content-Type': 'application/json' });
}
