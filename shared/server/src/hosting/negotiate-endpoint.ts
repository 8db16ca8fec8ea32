import type { ServerResponse } from 'node:http';
import { tokenLifetimeSeconds } from '../authentication/authentication-refresh.ts';
import { identityOf } from '../authentication/claims.ts';
import { connectionRequest } from '../connections/connection-request.ts';
import { negotiate } from '../connections/negotiate.ts';
import { errorTexts } from '../error-texts.ts';
import { answer } from './http-answer.ts';
import type { HubExchange } from './http-handler.ts';
import { answerRedirect } from './negotiate-redirect.ts';

/** POST {hub}/negotiate. Source: TransportProtocols.md, "POST [endpoint-base]/negotiate". */
export async function answerNegotiate(
  { hub, request, response, query, ticket }: HubExchange,
  canUpgrade: boolean,
): Promise<void> {
  if (request.method !== 'POST') return answer(response, 405);
  if (hub.isClosing) return answer(response, 503, errorTexts.serverClosing);
  const { allowStatefulReconnects, minimumProtocolVersion, transports } = hub.options;
  if (hub.lifetime.negotiate !== undefined) {
    const details = connectionRequest(request);
    const asked = { ...details, path: details.path.replace(/\/negotiate\/?$/i, '') };
    if (await answerRedirect(hub, asked, ticket?.user, response)) return;
  }
  const body = negotiate(
    {
      version: query.get('negotiateVersion'),
      useStatefulReconnect:
        allowStatefulReconnects && query.get('useStatefulReconnect')?.toLowerCase() === 'true',
      user: () => identityOf(ticket?.user),
    },
    minimumProtocolVersion,
    transports.filter((name) => name !== 'WebSockets' || canUpgrade),
    hub.connections,
  );
  if (body === undefined) return answer(response, 503, errorTexts.tooManyNegotiated);
  const lifetime = hub.options.enableAuthenticationRefresh
    ? tokenLifetimeSeconds(ticket)
    : undefined;
  answerJson(response, lifetime === undefined ? body : { ...body, tokenLifetimeSeconds: lifetime });
}

function answerJson(response: ServerResponse, body: object): void {
  answer(response, 200, JSON.stringify(body), { 'Content-Type': 'application/json' });
}
