import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { MappedHub } from './mapped-hub.ts';

/** An admitted request to a mapped hub, and its response. */
export interface HubExchange {
  readonly hub: MappedHub;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The parsed request. It outlives the request itself. */
  readonly details: ConnectionRequest;
  /** The ticket of the caller. Undefined if the caller is not authenticated. */
  readonly ticket: AuthenticationTicket | undefined;
}
