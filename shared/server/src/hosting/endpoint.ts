import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionContext } from '../connections/connection-context.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { RunningClock } from '../connections/running-clock.ts';
import type { Transport, TransportEvents } from '../connections/transport.ts';
import type { HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';

/** What an endpoint needs to serve a connection. */
export interface NewConnection {
  readonly context: ConnectionContext;
  readonly transport: Transport;
  readonly request: ConnectionRequest;
  readonly clock: RunningClock;
  /** Called when the connection has closed and the application has finished with it. */
  readonly onEnded: () => void;
}

/** A connection that an endpoint serves. */
export interface EndpointConnection {
  readonly transportEvents: TransportEvents;
  /** Replaces the user's claims. The user stays the same. */
  setUser(user: ClaimsPrincipal | undefined): void;
  /** Called when the client has sent a new token. */
  onAuthenticationRefreshed(): void;
  /** Called regularly. `now` is a time of the clock. */
  onHeartbeat(now: number): void;
  /** Closes the connection because the server stops. */
  shutdown(): void;
}

/** What serves the connections of a mapped path: a hub, or the handler of `mapConnection`. */
export interface Endpoint {
  readonly lifetime: Pick<HubLifetimeManager, 'negotiate'>;
  connect(connection: NewConnection): EndpointConnection;
}
