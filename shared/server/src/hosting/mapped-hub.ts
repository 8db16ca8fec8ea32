import type { TransferFormat } from '@practical-signalr/protocol';
import { OriginCheck } from '../authentication/allowed-origins.ts';
import { RequestAuthentication } from '../authentication/request-authentication.ts';
import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import { ConnectionContext } from '../connections/connection-context.ts';
import { ConnectionManager } from '../connections/connection-manager.ts';
import { ConnectionTokens } from '../connections/tokens/connection-tokens.ts';
import { RunningClock } from '../connections/running-clock.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { Transport, TransportEvents } from '../connections/transport.ts';
import { ConnectionLimiter, type ConnectionRefusal } from '../limits/connection-limiter.ts';
import { logMessages } from '../log-messages.ts';
import type { AcceptedClient } from '../scale-out/scale-out-hub.ts';
import type { ResolvedOptions } from '../server-options.ts';
import type { SendLimits } from '../transports/buffered-transport.ts';
import { findTransport, upgradeTransports } from '../transports/find-transport.ts';
import type { TransportDefinition, TransportUpgrader } from '../transports/transport-definition.ts';
import type { Endpoint, EndpointConnection } from './endpoint.ts';

/** Bytes that a client's buffer may hold when the application does not wait for its sends. */
export const MAXIMUM_SEND_BUFFER = 16 * 1024 * 1024;

/** One hub, or one connection handler, at one path: its connections and their heartbeat. */
export class MappedHub {
  readonly hubClass: unknown;
  readonly options: ResolvedOptions;
  readonly authentication: RequestAuthentication;
  readonly origins: OriginCheck;
  readonly connections: ConnectionManager;
  /** The transports that negotiation offers, in the order of the option `transports`. */
  readonly offeredTransports: readonly TransportDefinition[];
  readonly upgraders: ReadonlyMap<TransportDefinition, TransportUpgrader>;
  readonly #limiter: ConnectionLimiter;
  readonly #endpoint: Endpoint;
  readonly #live = new Map<ConnectionContext, EndpointConnection>();
  readonly #clock: RunningClock;
  readonly #heartbeat: NodeJS.Timeout;
  #closing = false;
  #onEmpty: (() => void) | undefined;

  constructor(path: string, hubClass: unknown, endpoint: Endpoint, options: ResolvedOptions) {
    this.hubClass = hubClass;
    this.options = options;
    this.authentication = new RequestAuthentication(options);
    this.origins = new OriginCheck(options.allowedOrigins, options.logger);
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
    const { connectionTokens, disconnectTimeout } = options;
    this.connections = new ConnectionManager({
      unopenedTimeout: disconnectTimeout,
      clock: this.#clock,
      tokens: connectionTokens && new ConnectionTokens(connectionTokens, path),
    });
    this.#limiter = new ConnectionLimiter(options.limits);
    this.#endpoint = endpoint;
    this.offeredTransports = options.transports
      .map((name) => findTransport(name))
      .filter((definition) => definition !== undefined);
    this.upgraders = new Map(
      upgradeTransports.map((definition) => [
        definition,
        definition.createUpgrader(options.maximumReceiveMessageSize),
      ]),
    );
  }

  get lifetime(): Endpoint['lifetime'] {
    return this.#endpoint.lifetime;
  }

  /** True if no further client may connect. */
  get isClosing(): boolean {
    return this.#closing;
  }

  get sendLimits(): SendLimits {
    const { transportMaxBufferSize: highWaterMark, sendTimeout } = this.options;
    return {
      highWaterMark,
      sendTimeout,
      maximumBufferSize: Math.max(MAXIMUM_SEND_BUFFER, 2 * highWaterMark),
    };
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
    this.connections.open(context, transport, request);
    const onEnded = this.#limiter.add(request, ticket);
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

  #serve(
    context: ConnectionContext,
    transport: Transport,
    request: ConnectionRequest,
    onEnded?: () => void,
  ): TransportEvents {
    const connection = this.#endpoint.connect({
      context,
      transport,
      request,
      clock: this.#clock,
      onEnded: () => {
        onEnded?.();
        this.connections.remove(context);
        this.#live.delete(context);
        if (this.#live.size === 0) this.#onEmpty?.();
      },
    });
    this.#live.set(context, connection);
    return connection.transportEvents;
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

  /** Asks every client to reconnect and waits until all connections have closed. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#heartbeat);
    this.connections.removeUnopened();
    const empty =
      this.#live.size === 0 ? undefined : new Promise<void>((resolve) => (this.#onEmpty = resolve));
    for (const connection of this.#live.values()) connection.shutdown();
    await empty;
  }

  #beat(): void {
    const now = this.#clock.tick();
    const { closeOnAuthenticationExpiration } = this.options;
    for (const [{ ticket }, connection] of this.#live) {
      // The client reconnects with a new token. Tokens expire by the wall clock.
      if (closeOnAuthenticationExpiration && Date.now() >= (ticket?.expiresAt ?? Infinity))
        connection.shutdown();
      else connection.onHeartbeat(now);
    }
    this.connections.removeExpired();
  }
}
