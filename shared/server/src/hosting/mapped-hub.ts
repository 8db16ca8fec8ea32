import type { TransferFormat } from '@practical-signalr/protocol';
import { OriginCheck } from '../authentication/allowed-origins.ts';
import { RequestAuthentication } from '../authentication/request-authentication.ts';
import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import { ConnectionContext } from '../connections/connection-context.ts';
import { ConnectionManager } from '../connections/connection-manager.ts';
import { writeTransports } from '../connections/negotiate.ts';
import { ConnectionTokens } from '../connections/tokens/connection-tokens.ts';
import { RecordSeal } from '../connections/tokens/record-seal.ts';
import { RunningClock } from '../connections/running-clock.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { Transport, TransportEvents } from '../connections/transport.ts';
import { BytesInFlight } from '../limits/bytes-in-flight.ts';
import { ConnectionLimiter, type ConnectionRefusal } from '../limits/connection-limiter.ts';
import { LimitedWarnings } from '../limits/limited-warnings.ts';
import { logMessages } from '../log-messages.ts';
import type { AcceptedClient } from '../scale-out/scale-out-hub.ts';
import type { ResolvedOptions } from '../server-options.ts';
import type { SendLimits } from '../transports/buffered-transport.ts';
import { findTransport } from '../transports/find-transport.ts';
import type { TransportDefinition } from '../transports/transport-definition.ts';
import type { ReadSnapshot } from '../hubs/hand-over/connection-snapshot.ts';
import type {
  Endpoint,
  EndpointConnection,
  NewConnection,
  RestoredConnection,
} from './endpoint.ts';
import { absentTransport } from './hand-over/absent-transport.ts';
import { HubHandOver } from './hand-over/hub-hand-over.ts';

/**
 * The number of bytes that a client's buffer may hold if the application does not wait for its
 * sends.
 */
export const MAXIMUM_SEND_BUFFER = 16 * 1024 * 1024;

/** One hub, or one connection handler, at one path: its connections and their heartbeat. */
export class MappedHub {
  readonly hubClass: unknown;
  readonly options: ResolvedOptions;
  readonly authentication: RequestAuthentication;
  readonly origins: OriginCheck;
  /** For requests to connections of other users. */
  readonly userWarnings: LimitedWarnings;
  readonly connections: ConnectionManager;
  /** The transports that negotiation offers, in the order of the option `transports`. */
  readonly offeredTransports: readonly TransportDefinition[];
  /** The JSON text of the offered transports. */
  readonly transportsText: string;
  /** The same without the transports that need an upgrade request. */
  readonly transportsTextWithoutUpgrade: string;
  readonly sendLimits: SendLimits;
  /** Hands connections over to other servers. Undefined if this is off. */
  readonly handOver: HubHandOver | undefined;
  readonly path: string;
  readonly #limiter: ConnectionLimiter;
  readonly #bytesInFlight: BytesInFlight | undefined;
  readonly #endpoint: Endpoint;
  readonly #live = new Map<ConnectionContext, EndpointConnection>();
  readonly #clock: RunningClock;
  readonly #heartbeat: NodeJS.Timeout;
  #closing = false;
  #onEmpty: (() => void) | undefined;

  constructor(path: string, hubClass: unknown, endpoint: Endpoint, options: ResolvedOptions) {
    this.path = path;
    this.hubClass = hubClass;
    this.options = options;
    this.authentication = new RequestAuthentication(options);
    this.origins = new OriginCheck(options.allowedOrigins, options.logger);
    this.userWarnings = new LimitedWarnings(options.logger);
    const shortest = Math.min(
      options.keepAliveInterval,
      options.clientTimeoutInterval,
      options.disconnectTimeout,
    );
    // One timer for all connections. With the defaults, it runs once per second.
    const interval = Math.max(20, Math.min(1000, shortest / 5));
    this.#clock = new RunningClock(interval);
    this.#heartbeat = setInterval(() => this.#beat(), interval);
    this.#heartbeat.unref();
    const { connectionTokens, disconnectTimeout, transportMaxBufferSize, sendTimeout } = options;
    const { bytesInFlight } = options.limits;
    if (bytesInFlight !== undefined) this.#bytesInFlight = new BytesInFlight(bytesInFlight);
    this.sendLimits = {
      highWaterMark: transportMaxBufferSize,
      sendTimeout,
      maximumBufferSize: Math.max(MAXIMUM_SEND_BUFFER, 2 * transportMaxBufferSize),
      bytesInFlight: this.#bytesInFlight,
    };
    const tokens =
      connectionTokens && new ConnectionTokens(connectionTokens, path, options.forwarder?.issuer);
    this.connections = new ConnectionManager({
      unopenedTimeout: disconnectTimeout,
      clock: this.#clock,
      tokens,
    });
    this.#limiter = new ConnectionLimiter(options.limits, options.userIdProvider);
    this.#endpoint = endpoint;
    const { handOver } = endpoint.lifetime;
    if (handOver !== undefined && connectionTokens !== undefined && tokens !== undefined) {
      const seal = new RecordSeal(connectionTokens.keys, path);
      this.handOver = new HubHandOver(this, handOver, tokens, seal);
    }
    this.offeredTransports = options.transports
      .map((name) => findTransport(name))
      .filter((definition) => definition !== undefined);
    this.transportsText = writeTransports(this.offeredTransports);
    this.transportsTextWithoutUpgrade = writeTransports(
      this.offeredTransports.filter(({ needsUpgrade }) => !needsUpgrade),
    );
  }

  /** The name of the hub on the backplane. */
  get hubName(): string {
    return this.#endpoint.hubName ?? '';
  }

  get lifetime(): Endpoint['lifetime'] {
    return this.#endpoint.lifetime;
  }

  /** The open connections. */
  get live(): ReadonlyMap<ConnectionContext, EndpointConnection> {
    return this.#live;
  }

  /** The number of open connections. */
  get connectionCount(): number {
    return this.#live.size;
  }

  /** True if no further client may connect. */
  get isClosing(): boolean {
    return this.#closing;
  }

  /** Returns true if clients may use the transport. */
  offers(name: string): boolean {
    return this.offeredTransports.some((transport) => transport.name === name);
  }

  /** Returns why a client may not open one more connection. Undefined if it may. */
  refuseConnection(
    request: ConnectionRequest,
    ticket: AuthenticationTicket | undefined,
  ): ConnectionRefusal | undefined {
    return this.#limiter.refuse(request, ticket);
  }

  /** Reports a client that does not read. */
  reportSlowReceiver(context: ConnectionContext): void {
    this.options.logger.warn(logMessages.receiverTooSlow(context.connectionId));
  }

  open(
    context: ConnectionContext,
    transport: Transport,
    transferFormats: readonly TransferFormat[],
    request: ConnectionRequest,
    ticket: AuthenticationTicket | undefined,
  ): TransportEvents {
    context.ticket = ticket;
    context.transferFormats = transferFormats;
    const onEnded = this.#limiter.add(request, ticket);
    this.connections.open(context, transport, request);
    return this.#serve(context, transport, request, onEnded);
  }

  /** Opens a connection that no request to this server has made. */
  accept(client: AcceptedClient, params: ConnectionRequest['params']): TransportEvents {
    const { connectionId, transport, user, userIdentifier } = client;
    const request = { ...client.request, params };
    const context = new ConnectionContext(connectionId, connectionId, userIdentifier);
    context.ticket = user === undefined ? undefined : { user, expiresAt: undefined };
    context.open(transport, request);
    return this.#serve(context, transport, request);
  }

  /** Serves a connection of another server. Its client is away. */
  restore(
    context: ConnectionContext,
    request: ConnectionRequest,
    snapshot: ReadSnapshot,
  ): RestoredConnection | undefined {
    const transport = absentTransport(snapshot.snapshot.transport);
    const onEnded = this.#limiter.add(request, context.ticket);
    this.connections.open(context, transport, request);
    const connection = this.#newConnection(context, transport, request, onEnded);
    const restored = whileCounted(connection, () => this.#endpoint.restore?.(connection, snapshot));
    if (restored !== undefined) this.#live.set(context, restored.served);
    return restored;
  }

  #serve(
    context: ConnectionContext,
    transport: Transport,
    request: ConnectionRequest,
    onEnded?: () => void,
  ): TransportEvents {
    const connection = this.#newConnection(context, transport, request, onEnded);
    const served = whileCounted(connection, () => this.#endpoint.connect(connection));
    this.#live.set(context, served);
    return served.transportEvents;
  }

  #newConnection(
    context: ConnectionContext,
    transport: Transport,
    request: ConnectionRequest,
    onClosed: (() => void) | undefined,
  ): NewConnection {
    let isEnded = false;
    // Also called by what outlasts the shutdown timeout, for example a handler.
    const onEnded = (): void => {
      if (isEnded) return;
      isEnded = true;
      onClosed?.();
      this.connections.remove(context);
      this.#live.delete(context);
      if (this.#live.size === 0) this.#onEmpty?.();
    };
    const clock = this.#clock;
    const bytesInFlight = this.#bytesInFlight;
    return { context, transport, request, clock, bytesInFlight, onEnded };
  }

  /** Gives a connection the newer ticket of its user. */
  renew(context: ConnectionContext, ticket: AuthenticationTicket | undefined): void {
    context.ticket = ticket;
    this.#live.get(context)?.setUser(ticket?.user);
  }

  /** Reports that the client has sent a new ticket. */
  refreshed(context: ConnectionContext): void {
    this.#live.get(context)?.onAuthenticationRefreshed();
  }

  /**
   * Asks every client to reconnect and waits until all connections have closed. With a
   * `drainTimeout` (in ms), hands connections over to other servers first, if this is on.
   */
  async close(drainTimeout?: number): Promise<void> {
    this.#closing = true;
    clearInterval(this.#heartbeat);
    this.connections.removeUnopened();
    const empty =
      this.#live.size === 0 ? undefined : new Promise<void>((resolve) => (this.#onEmpty = resolve));
    if (drainTimeout !== undefined && this.handOver !== undefined) {
      const connections = [...this.#live];
      const moved = await this.handOver.departAll(connections, drainTimeout);
      const message = logMessages.handedOver(this.path, moved, connections.length);
      this.options.logger.info(message);
    } else this.shutdownConnections();
    await empty;
    await this.#endpoint.close?.();
  }

  /** Asks every client to reconnect, and closes its connection. */
  shutdownConnections(): void {
    for (const connection of this.#live.values()) connection.shutdown();
  }

  #beat(): void {
    const now = this.#clock.tick();
    for (const [context, connection] of this.#live) {
      try {
        this.#check(context, connection, now);
      } catch (error) {
        this.options.logger.error(logMessages.heartbeatFailed(context.connectionId), error);
        connection.client?.abort();
      }
    }
    this.connections.removeExpired();
  }

  #check({ ticket }: ConnectionContext, connection: EndpointConnection, now: number): void {
    const { closeOnAuthenticationExpiration } = this.options;
    // The client reconnects with a new token. Tokens expire by the wall clock.
    if (closeOnAuthenticationExpiration && Date.now() >= (ticket?.expiresAt ?? Infinity))
      connection.shutdown();
    else connection.onHeartbeat(now);
  }
}

/** Serves a connection. If that fails, it no longer counts for the limits of connections. */
function whileCounted<T>({ onEnded }: NewConnection, serve: () => T): T {
  try {
    return serve();
  } catch (error) {
    onEnded();
    throw error;
  }
}
