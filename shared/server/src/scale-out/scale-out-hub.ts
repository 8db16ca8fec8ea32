import type { HubProtocol } from '@practical-signalr/protocol';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { Transport, TransportEvents } from '../connections/transport.ts';
import type { Logger } from '../logger.ts';
import type { HubLifetimeManager } from './hub-lifetime-manager.ts';

/** A client that is not connected to this server's HTTP server, but for example to a service. */
export interface AcceptedClient {
  readonly connectionId: string;
  /** Sends data to the client. */
  readonly transport: Transport;
  /** The request that the client sent to the service. Its path selects the endpoint of the hub. */
  readonly request: ConnectionRequest;
  /** The claims of the authenticated user. */
  readonly user?: ClaimsPrincipal | undefined;
  /**
   * The user id that the service determined, or null if the service knows that the client has no
   * user. If undefined, the server calls its `userIdProvider` with `request`. Do not leave it
   * undefined if the provider was called during negotiation: the client controls the headers and
   * the query of `request`.
   */
  readonly userIdentifier?: string | null | undefined;
}

/** A hub class, as a scale-out package sees it. */
export interface ScaleOutHub {
  /**
   * The option `name` of `mapHub`, or the name of the hub class. It separates the hubs that share a
   * backplane.
   */
  readonly hubName: string;
  /**
   * Whether `hubName` is the option `name` of `mapHub`. A scale-out package then uses it unchanged,
   * even if an option of the package maps class names to names. Default: false.
   */
  readonly hasExplicitName?: boolean;
  /** The hub protocols of the server, in its order. */
  readonly protocols: readonly HubProtocol[];
  /** The logger of the server. */
  readonly logger: Logger;
  /**
   * Whether clients may use stateful reconnect. Relevant if clients connect to a service instead of
   * this server. Default: false.
   */
  readonly allowStatefulReconnects?: boolean;
  /**
   * Serves a client. Call the returned events when data arrives. Returns undefined if the hub has
   * no endpoint at the path of the client's request, or if the server closes its clients. Close the
   * client then.
   */
  accept(client: AcceptedClient): TransportEvents | undefined;
}

/** Connects a worker of `runWorkers` with the primary process. Messages are structured clones. */
export interface WorkerPort {
  /** Sends a message. A worker for which more than 64 MB wait is killed. */
  send(message: unknown): void;
  /** Sets the function that receives the messages of the other side. */
  onMessage(listener: (message: unknown) => void): void;
}

/**
 * The connection of one machine to the other machines, for example to Redis. The primary process of
 * `runWorkers` opens it, and all workers of the machine send and receive through it.
 */
export interface SharedBackplane {
  /** Lets a worker use the connection. Call the returned function when the worker has ended. */
  addWorker(port: WorkerPort): () => void;
  /** Closes the connection. Called after all workers have ended. */
  close(): Promise<void>;
}

/** Lets the workers of one machine share one connection to the other machines. */
export interface BackplaneSharing {
  /** Opens the connection in the primary process. */
  open(): SharedBackplane;
  /** Returns the lifetime managers of a worker. They use the connection of the primary process. */
  join(port: WorkerPort): (hub: ScaleOutHub) => HubLifetimeManager;
}

/**
 * Creates the lifetime manager of a hub class. Pass it as the option `scaleOut` of the server, or
 * of `runWorkers`.
 * @example
 * const scaleOut: HubLifetimeManagerFactory = () => new LocalLifetimeManager();
 * const signalr = new SignalRServer({ scaleOut });
 */
export interface HubLifetimeManagerFactory {
  (hub: ScaleOutHub): HubLifetimeManager;
  /** Used by `runWorkers`. Default: each worker connects to the other machines itself. */
  readonly sharing?: BackplaneSharing;
}
