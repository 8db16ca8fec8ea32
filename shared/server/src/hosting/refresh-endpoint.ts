import { tokenLifetimeSeconds } from '../authentication/authentication-refresh.ts';
import { isSameUser } from '../authentication/claims.ts';
import { redactTokens } from '../authentication/redact-tokens.ts';
import { withinTime } from '../authentication/within-time.ts';
import { readUserId } from '../hubs/connection/user-identifier.ts';
import { logMessages } from '../log-messages.ts';
import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import type { ConnectionContext } from '../connections/connection-context.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import { answer } from '../connections/http-answer.ts';
import type { HubExchange } from './hub-exchange.ts';
import type { MappedHub } from './mapped-hub.ts';
import { hasParams } from './routes/has-params.ts';

/**
 * Handles `POST {hub}/refresh?id={connectionToken}` with a new token, with which the connection
 * continues. Answers 200, with `tokenLifetimeSeconds` if the token expires, or `error`:
 * `missing_connection_token` (400), `invalid_token` (401), `permission_change_rejected` (403),
 * `connection_not_found` (404). Source: dotnet/aspnetcore pull request 67111, planned for ASP.NET
 * Core 11.
 */
export async function answerRefresh({
  hub,
  request: httpRequest,
  response,
  details: request,
  ticket,
}: HubExchange): Promise<void> {
  if (httpRequest.method !== 'POST') return answer(response, 405);
  const json = (status: number, body: object): void =>
    answer(response, status, JSON.stringify(body), { 'Content-Type': 'application/json' });
  try {
    const id = request.query.get('id');
    if (id === undefined || id === '') return json(400, { error: 'missing_connection_token' });
    const connection = hub.connections.find(id);
    if (connection?.isOpened !== true || !hasParams(connection.request, request.params))
      return json(404, { error: 'connection_not_found' });
    if (ticket === undefined) return json(401, { error: 'invalid_token' });
    if (
      !(await withinTime(
        hub.options.handshakeTimeout,
        isAccepted(hub, connection, request, ticket),
      ))
    ) {
      return json(403, { error: 'permission_change_rejected' });
    }
    // The connection may have closed while the app decided.
    if (hub.connections.find(id) !== connection)
      return json(404, { error: 'connection_not_found' });
    connection.replacedUntil = Math.max(
      connection.replacedUntil,
      connection.ticket?.expiresAt ?? 0,
    );
    hub.renew(connection, ticket);
    hub.refreshed(connection);
    const lifetime = tokenLifetimeSeconds(ticket);
    json(200, lifetime === undefined ? {} : { tokenLifetimeSeconds: lifetime });
  } catch (error) {
    hub.options.logger.error(
      logMessages.authenticationThrew(request.path),
      redactTokens(error, request),
    );
    json(500, {});
  }
}

/** Returns true if the user and its user id are the same and the app accepts the new claims. */
async function isAccepted(
  hub: MappedHub,
  connection: ConnectionContext,
  request: ConnectionRequest,
  ticket: AuthenticationTicket,
): Promise<boolean> {
  const previousUser = connection.ticket?.user;
  if (previousUser === undefined || !isSameUser(connection.ticket, ticket)) return false;
  const { userIdProvider, onAuthenticationRefresh } = hub.options;
  const opened = connection.request as ConnectionRequest;
  const nameOf = (user: AuthenticationTicket['user']): string | undefined =>
    readUserId(userIdProvider, { user, request: opened });
  if (nameOf(previousUser) !== nameOf(ticket.user)) return false;
  if (onAuthenticationRefresh === undefined) return true;
  const { connectionId } = connection;
  const accepted: unknown = await onAuthenticationRefresh({
    connectionId,
    previousUser,
    newUser: ticket.user,
    newExpiration: ticket.expiresAt,
    request,
  });
  return accepted === true;
}
