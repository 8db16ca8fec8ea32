import type { HubProtocol } from '@practical-signalr/protocol';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { Transport, TransportEvents } from '../connections/transport.ts';
import type { Logger } from '../logger.ts';
import type { HubLifetimeManager } from './hub-lifetime-manager.ts';

/** A client whose bytes come some other way than over this server's HTTP, as through a service. */
export interface AcceptedClient {
  readonly connectionId: string;
  readonly transport: Transport;
  /** The request that the client made; its path says which of the hub's endpoints it wants. */
  readonly request: ConnectionRequest;
  readonly user?: ClaimsPrincipal | undefined;
  /**
   * Where the service names the user itself, null where it knows that there is none; else the server's `userIdProvider` is asked.
   * A provider that has been asked at negotiation must not be asked about this request: the client writes its headers and query itself.
   */
  readonly userIdentifier?: string | null | undefined;
}

/** What a scale-out gets to know of a hub class. */
export interface ScaleOutHub {
  /** The name of the class; keeps hubs apart that share a backplane. */
  readonly hubName: string;
  /** The encodings of the server, in its order. */
  readonly protocols: readonly HubProtocol[];
  readonly logger: Logger;
  /** Whether clients may come back to their connection after the socket broke, where the scale-out holds their sockets. */
  readonly allowStatefulReconnects?: boolean;
  /** Serves a client; the returned events tell its connection what arrives. Undefined where no endpoint fits its path. */
  accept(client: AcceptedClient): TransportEvents | undefined;
}

/** Makes the lifetime manager of a hub class. */
export type HubLifetimeManagerFactory = (hub: ScaleOutHub) => HubLifetimeManager;
