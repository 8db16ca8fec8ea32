import type { ServerResponse } from 'node:http';
import { connectionRequest } from '../connections/connection-request.ts';
import { negotiate } from '../connections/negotiate.ts';
import { errorTexts } from '../error-texts.ts';
import { answer } from './http-answer.ts';
import type { HubExchange } from './http-handler.ts';

/** POST {hub}/negotiate. Source: TransportProtocols.md, "POST [endpoint-base]/negotiate". */
export async function answerNegotiate(
  { hub, request, response, query }: HubExchange,
  canUpgrade: boolean,
): Promise<void> {
  if (request.method !== 'POST') return answer(response, 405);
  if (hub.isClosing) return answer(response, 503, errorTexts.serverClosing);
  const { allowStatefulReconnects, minimumProtocolVersion, transports } = hub.options;
  const redirect = await hub.lifetime.negotiate?.(connectionRequest(request), undefined);
  if (redirect !== undefined) {
    return answerJson(response, { negotiateVersion: 0, ...redirect, availableTransports: [] });
  }
  const body = negotiate(
    query.get('negotiateVersion'),
    minimumProtocolVersion,
    transports.filter((name) => name !== 'WebSockets' || canUpgrade),
    hub.connections,
    allowStatefulReconnects && query.get('useStatefulReconnect')?.toLowerCase() === 'true',
  );
  if (body === undefined) return answer(response, 503, errorTexts.tooManyNegotiated);
  answerJson(response, body);
}

function answerJson(response: ServerResponse, body: object): void {
  answer(response, 200, JSON.stringify(body), { 'Content-Type': 'application/json' });
}
