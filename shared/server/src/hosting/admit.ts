import type { AuthenticationContext } from '../authentication/authentication-handler.ts';
import { identityOf, isSameUser } from '../authentication/claims.ts';
import { redactTokens } from '../authentication/redact-tokens.ts';
import {
  type Admission,
  forbidden,
  type Refusal,
} from '../authentication/request-authentication.ts';
import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import { plainText } from '../connections/http-answer.ts';
import { logMessages } from '../log-messages.ts';
import { endSocket } from '../transports/web-socket/end-socket.ts';
import { wireMessages } from '../wire-messages.ts';
import type { MappedHub } from './mapped-hub.ts';
import { hasParams } from './routes/has-params.ts';

type Refuse = (refusal: Refusal) => void;
type Next = (ticket: AuthenticationTicket | undefined) => void;

/**
 * Authenticates and authorizes a request to a hub. Calls `next` with the ticket of the caller, or
 * `refuse`. Synchronous if the hub has no authentication.
 */
export function admit(
  hub: MappedHub,
  context: AuthenticationContext,
  refuse: Refuse,
  next: Next,
): void {
  const decide = ({
    ticket,
    refusal,
    handled,
    hasExplicitCredentials = false,
  }: Admission): void => {
    if (handled === true) {
      if (context.socket !== undefined) endSocket(context.socket);
      return;
    }
    if (refusal !== undefined) return refuse(refusal);
    const originRefusal = hub.origins.refuse(context.httpRequest, hasExplicitCredentials);
    if (originRefusal !== undefined) return refuse(originRefusal);
    next(ticket);
  };
  const admission = hub.authentication.admit(context);
  if (!(admission instanceof Promise)) return decide(admission);
  admission.then(decide).catch((error: unknown) => {
    // The request handler has returned, so no other code receives this error.
    hub.options.logger.error(
      logMessages.requestFailed(context.request.path),
      redactTokens(error, context.request),
    );
    context.httpRequest.socket.destroy();
  });
}

/**
 * Like `admit`, for requests to a connection. The caller must be the user who opened the
 * connection. If it is not open, the caller must be the user who negotiated it.
 */
export function admitToConnection(
  hub: MappedHub,
  context: AuthenticationContext,
  refuse: Refuse,
  next: Next,
): void {
  admit(hub, context, refuse, (ticket) => {
    const { params, query } = context.request;
    const token = query.get('id') ?? '';
    const connection = hub.connections.find(token);
    if (!hasParams(connection?.request, params)) {
      return refuse({ status: 404, message: wireMessages.noConnection, headers: plainText });
    }
    if (hub.options.authentication === 'none') return next(ticket);
    if (connection?.isOpened === true) {
      if (!isSameUser(connection.ticket, ticket))
        return refuseOther(hub, connection.connectionId, refuse);
      // As in ASP.NET Core, a poll or a new socket replaces the ticket, unless it is an older one.
      const isOlder = (ticket?.expiresAt ?? Infinity) <= connection.replacedUntil;
      if (context.httpRequest.method === 'GET' && !isOlder) hub.renew(connection, ticket);
    } else {
      const unopened = hub.connections.readToken(token);
      if (unopened?.isOf(identityOf(ticket?.user)) === false)
        return refuseOther(hub, unopened.connectionId, refuse);
    }
    next(ticket);
  });
}

function refuseOther(hub: MappedHub, connectionId: string, refuse: Refuse): void {
  hub.userWarnings.warn(logMessages.userChanged(connectionId));
  refuse(forbidden);
}
