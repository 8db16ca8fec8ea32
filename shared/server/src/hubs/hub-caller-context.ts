import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { TransportName } from '../connections/transport.ts';

/** The connection that made a call. Source: `HubCallerContext` of ASP.NET Core. */
export interface HubCallerContext {
  /** Public id of the connection; a new one after each reconnect. */
  readonly connectionId: string;
  /** The user, as the `userIdProvider` names it; undefined when nobody does. */
  readonly userIdentifier: string | undefined;
  /** The claims of the authenticated user; undefined: nobody knows. A refreshed token may change them, never the user. */
  readonly user: ClaimsPrincipal | undefined;
  /** What the hub keeps for this connection; lasts from call to call. */
  readonly items: Map<unknown, unknown>;
  /** Aborted when the connection ends. */
  readonly connectionAborted: AbortSignal;
  readonly transport: TransportName;
  /** The HTTP request that opened the connection. */
  readonly request: ConnectionRequest;
  /** Ends the connection; what was sent before still arrives. */
  abort(): void;
}
