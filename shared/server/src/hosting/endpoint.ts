import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionContext } from '../connections/connection-context.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { RunningClock } from '../connections/running-clock.ts';
import type { Transport, TransportEvents } from '../connections/transport.ts';
import type { HandOverSettings } from '../hubs/hand-over/departure.ts';
import type { ReadSnapshot } from '../hubs/hand-over/connection-snapshot.ts';
import type { StoredRecord } from '../scale-out/hand-over.ts';
import type { HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';
import type { BytesInFlight } from '../limits/bytes-in-flight.ts';
import type { LifetimeConnection } from '../scale-out/lifetime-connection.ts';

/** What an endpoint needs to serve a connection. */
export interface NewConnection {
  readonly context: ConnectionContext;
  readonly transport: Transport;
  readonly request: ConnectionRequest;
  readonly clock: RunningClock;
  /** The bytes of all connections. Undefined if they are not limited. */
  readonly bytesInFlight: BytesInFlight | undefined;
  /** Called when the connection has closed and the application has finished with it. */
  readonly onEnded: () => void;
}

/** A client of a hub, for the admin page. */
export interface HubClient {
  readonly userIdentifier: string | undefined;
  readonly protocol: { readonly name: string } | undefined;
  /** When the connection was opened, in ms on the clock of `performance.now()`. */
  readonly openedAt: number;
  /** Closes the connection. The client does not reconnect. */
  abort(): void;
}

/** A connection that an endpoint serves. */
export interface EndpointConnection {
  /** The client of a hub. Undefined for connection handlers. */
  readonly client?: HubClient;
  readonly transportEvents: TransportEvents;
  /** Replaces the user's claims. The user stays the same. */
  setUser(user: ClaimsPrincipal | undefined): void;
  /** Called when the client has sent a new token. */
  onAuthenticationRefreshed(): void;
  /** Called regularly. `now` is a time of the clock. */
  onHeartbeat(now: number): void;
  /** Closes the connection because the server stops. */
  shutdown(): void;
  /**
   * Hands the connection over to another server because this one stops. Resolves with undefined if
   * it cannot move and closes instead. Never rejects.
   */
  handOver?(settings: HandOverSettings): Promise<StoredRecord | undefined>;
}

/** A connection that another server had before. Its client is away. */
export interface RestoredConnection {
  readonly connection: LifetimeConnection;
  readonly served: EndpointConnection;
  /** Lets the client connect. `tail` are the messages that follow those of the snapshot. */
  activate(tail: readonly (string | Uint8Array)[]): void;
  /** Ends the connection without hooks, because it was not taken over. */
  end(): void;
}

/** What serves the connections of a mapped path: a hub, or the handler of `mapConnection`. */
export interface Endpoint {
  readonly lifetime: Pick<HubLifetimeManager, 'negotiate' | 'handOver'>;
  /** The name of the hub on the backplane. Undefined for connection handlers. */
  readonly hubName?: string;
  connect(connection: NewConnection): EndpointConnection;
  /** Releases what the endpoint holds, after its last connection has closed. */
  close?(): Promise<void>;
  /** Continues a connection of another server. */
  restore?(connection: NewConnection, snapshot: ReadSnapshot): RestoredConnection;
}
