import type { AuthenticationContext } from '../authentication/authentication-handler.ts';
import { identityOf, isSameUser } from '../authentication/claims.ts';
import { redactTokens } from '../authentication/redact-tokens.ts';
import {
  type Admission,
  forbidden,
  type Refusal,
} from '../authentication/request-authentication.ts';
import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import { logMessages } from '../log-messages.ts';
import type { MappedHub } from './mapped-hub.ts';

type Refuse = (refusal: Refusal) => void;
type Next = (ticket: AuthenticationTicket | undefined) => void;

/**
 * The step between "hub found" and "answered", the same for every request: calls `next` with who asks, or `refuse`. Both at once, and
 * without a promise, where the hub has no authentication.
 */
export function admit(
  hub: MappedHub,
  context: AuthenticationContext,
  refuse: Refuse,
  next: Next,
): void {
  const decide = ({ ticket, refusal, handled }: Admission): void => {
    if (handled === true) return;
    if (refusal !== undefined) return refuse(refusal);
    next(ticket);
  };
  const admission = hub.authentication.admit(context);
  if (!(admission instanceof Promise)) return decide(admission);
  admission.then(decide).catch((error: unknown) => {
    // Nobody else would hear of an error after a wait.
    hub.options.logger.error(
      logMessages.requestFailed(context.request.path),
      redactTokens(error, context.request),
    );
    context.httpRequest.socket.destroy();
  });
}

/**
 * The same for requests to a connection: who asks must be the user that opened it. One that is not open may be opened by anyone who
 * knows its token, unless that is signed: then by the user that has negotiated.
 */
export function admitToConnection(
  hub: MappedHub,
  context: AuthenticationContext,
  refuse: Refuse,
  next: Next,
): void {
  admit(hub, context, refuse, (ticket) => {
    if (hub.options.authentication === 'none') return next(ticket);
    const token = context.request.query.get('id') ?? '';
    const connection = hub.connections.find(token);
    if (connection?.isOpened === true) {
      if (!isSameUser(connection.ticket, ticket))
        return refuseOther(hub, connection.connectionId, refuse);
      // As in ASP.NET Core a poll, or a socket that comes back, brings the newer ticket.
      if (context.httpRequest.method === 'GET') hub.renew(connection, ticket);
    } else {
      const signed = hub.connections.readSignedToken(token);
      if (signed?.isOf(identityOf(ticket?.user)) === false)
        return refuseOther(hub, signed.connectionId, refuse);
    }
    next(ticket);
  });
}

function refuseOther(hub: MappedHub, connectionId: string, refuse: Refuse): void {
  hub.options.logger.warn(logMessages.userChanged(connectionId));
  refuse(forbidden);
}
