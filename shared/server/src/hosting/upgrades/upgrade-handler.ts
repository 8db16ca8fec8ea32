import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { redactTokens } from '../../authentication/redact-tokens.ts';
import type { AuthenticationTicket } from '../../connections/authentication-ticket.ts';
import type { ConnectionContext } from '../../connections/connection-context.ts';
import {
  type ConnectionRequest,
  connectionRequest,
  splitTarget,
} from '../../connections/connection-request.ts';
import { plainText } from '../../connections/http-answer.ts';
import { logMessages } from '../../log-messages.ts';
import { wireMessages } from '../../wire-messages.ts';
import { findUpgradeTransport } from '../../transports/find-transport.ts';
import type {
  NewTransport,
  UpgradeRequest,
  UpgradeTransportDefinition,
} from '../../transports/transport-definition.ts';
import type { WriteBatcher } from '../../transports/write-batcher.ts';
import { admitToConnection } from '../admit.ts';
import { BasePaths } from '../base-paths.ts';
import { forwardUpgradeToHolder } from '../forward-to-holder.ts';
import type { FindHub } from '../http-handler.ts';
import type { MappedHub } from '../mapped-hub.ts';
import type { RouteMatch } from '../routes/route-table.ts';
import { serveUpgrades, type UnmappedUpgrades, type UpgradeServer } from './server-upgrades.ts';
import { refuseUpgrade } from './upgrade-answer.ts';

/** Options of `attach`. */
export interface AttachOptions {
  /** The prefix of the router's paths. Needed if clients skip negotiation. Default: none. */
  readonly basePath?: string;
  /**
   * Who answers an upgrade request that no hub is mapped to, if other code listens to the event
   * `upgrade` of the same server. `'answer'` passes the request to the app immediately, `'ignore'`
   * leaves it to the other listeners. Default: the other listeners have `handshakeTimeout` to
   * answer, then the app receives the request. Without other listeners, the app receives it
   * immediately.
   */
  readonly unmappedUpgrades?: UnmappedUpgrades;
}

/** An admitted upgrade request to a mapped hub. */
interface UpgradeExchange extends UpgradeRequest {
  readonly hub: MappedHub;
  readonly details: ConnectionRequest;
  readonly ticket: AuthenticationTicket | undefined;
}

interface UpgradeRefusal {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Serves the upgrade requests to mapped hubs. The app receives all others. */
export class UpgradeHandler {
  readonly #findHub: FindHub;
  readonly #batcher: WriteBatcher;
  readonly #answerTimeout: number;
  readonly #servers = new Map<UpgradeServer, () => void>();
  readonly #basePaths = new BasePaths();

  /** `answerTimeout` is the time in ms that other listeners have to answer an upgrade request. */
  constructor(findHub: FindHub, batcher: WriteBatcher, answerTimeout: number) {
    this.#findHub = findHub;
    this.#batcher = batcher;
    this.#answerTimeout = answerTimeout;
  }

  /** True if at least one server is attached. */
  get isAttached(): boolean {
    return this.#servers.size > 0;
  }

  /** Serves the upgrade requests of a server. */
  attach(server: UpgradeServer, { unmappedUpgrades }: AttachOptions): void {
    if (this.#servers.has(server)) return;
    const stop = serveUpgrades(server, {
      unmappedUpgrades,
      answerTimeout: this.#answerTimeout,
      serve: (request, socket, head) => this.serve(request, socket, head),
    });
    this.#servers.set(server, stop);
  }

  /** Stops serving the upgrade requests of all servers. */
  detach(): void {
    for (const stop of this.#servers.values()) stop();
    this.#servers.clear();
  }

  /** Serves an upgrade request and returns true. Returns false if no hub is mapped to its path. */
  serve(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const match = this.#find(splitTarget(request.url ?? '/').path);
    if (match === undefined) return false;
    this.#admit(match, request, socket, head);
    return true;
  }

  /** Serves hubs below this prefix, too. */
  addBasePath(basePath: string): void {
    this.#basePaths.add(basePath);
  }

  /** Serves hubs below the prefix of a mounted router, too: its clients upgrade at this prefix. */
  addMountedPath(basePath: string): void {
    this.#basePaths.addMounted(basePath);
  }

  #find(path: string): RouteMatch<MappedHub> | undefined {
    const hub = this.#findHub(path);
    if (hub !== undefined) return hub;
    for (const relativePath of this.#basePaths.relativePaths(path)) {
      const hubBelow = this.#findHub(relativePath);
      if (hubBelow !== undefined) return hubBelow;
    }
    return undefined;
  }

  #admit(
    { value: hub, params }: RouteMatch<MappedHub>,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    socket.on('error', ignoreError); // the client may disconnect before it is answered
    const details = connectionRequest(request, params);
    if (forwardUpgradeToHolder(hub, details, request, socket, head)) return;
    guard({ hub, details, socket }, () =>
      admitToConnection(
        hub,
        { request: details, httpRequest: request, socket },
        ({ status, message = '', headers }) => refuseUpgrade(socket, status, message, headers),
        (ticket) => {
          const exchange = { hub, request, details, ticket, socket, head };
          guard(exchange, () => this.#claim(exchange));
        },
      ),
    );
  }

  /**
   * Takes the connection over first, if another server hands it over, and uses up its token on all
   * servers.
   */
  #claim(exchange: UpgradeExchange): void {
    const { hub, details, ticket, socket } = exchange;
    const token = details.query.get('id') ?? '';
    const issued = hub.handOver?.readToken(token);
    if (issued === undefined || hub.connections.find(token)?.isOpened === true) {
      this.#open(exchange);
      return;
    }
    hub.handOver?.admit(token, issued, details, ticket).then(
      (refusal) => {
        if (refusal === undefined) guard(exchange, () => this.#open(exchange));
        else refuseUpgrade(socket, refusal.status, refusal.message ?? '', refusal.headers);
      },
      (error: unknown) => {
        hub.options.logger.error(logMessages.claimFailed(issued.connectionId), error);
        // New connections do not depend on the other servers.
        guard(exchange, () => this.#open(exchange));
      },
    );
  }

  #open(exchange: UpgradeExchange): void {
    const { hub, details, request, socket } = exchange;
    const definition = findUpgradeTransport(request);
    if (definition === undefined) {
      refuseUpgrade(socket, 404, '');
      return;
    }
    const token = details.query.get('id') ?? '';
    const connection = hub.connections.findFromAnyServer(token);
    const refusal = refuse(exchange, definition, connection);
    if (refusal !== undefined) {
      refuseUpgrade(socket, refusal.status, refusal.message, refusal.headers);
      return;
    }
    definition.upgrade(exchange, (create) => {
      // Two upgrades with one token reach this point only in the same turn, and this runs in it.
      const context = connection ?? hub.connections.createDirect();
      const transport = create({
        batcher: this.#batcher,
        sendLimits: hub.sendLimits,
        onTooSlow: reportSlowReceiver(hub, context),
      });
      // The response has been sent already.
      guard(
        exchange,
        () => connect(exchange, context, transport, definition),
        () => socket.destroy(),
      );
    });
  }
}

/**
 * Serves a request. If the application's code throws, for example `limits.clientAddress`, logs the
 * error and refuses the request with status 500, or calls `end`.
 */
function guard(
  { hub, details, socket }: Pick<UpgradeExchange, 'hub' | 'details' | 'socket'>,
  serve: () => void,
  end = (): void => refuseUpgrade(socket, 500, ''),
): void {
  try {
    serve();
  } catch (error) {
    const message = logMessages.requestFailed(details.path);
    hub.options.logger.error(message, redactTokens(error, details));
    end();
  }
}

/** Returns why an upgrade request is refused. Undefined if it is served. */
function refuse(
  { hub, details, ticket }: UpgradeExchange,
  { name }: UpgradeTransportDefinition,
  connection: ConnectionContext | undefined,
): UpgradeRefusal | undefined {
  const refusal = (status: number, message: string, headers = plainText): UpgradeRefusal => ({
    status,
    message,
    headers,
  });
  const skipsNegotiation = (details.query.get('id') ?? '') === '';
  if (!skipsNegotiation && connection === undefined) {
    return { status: 404, message: wireMessages.noConnection, headers: {} };
  }
  if (!hub.offers(name)) return refusal(404, wireMessages.transportNotSupported(name));
  if (connection?.isOpened === false && hub.connections.isFull) {
    return refusal(503, wireMessages.tooManyTokens);
  }
  if (connection?.isOpened === true) {
    if (connection.transport?.name !== name) {
      return refusal(400, wireMessages.cannotChangeTransport);
    }
    if (connection.reconnect === undefined) return refusal(409, '');
  }
  // Negotiation would redirect this client. Here, no message would reach it.
  if (skipsNegotiation && hub.lifetime.negotiate !== undefined) {
    return refusal(404, wireMessages.negotiationRequired);
  }
  // The hub may have started to close during authentication.
  if (hub.isClosing) return refusal(503, '');
  const limit = connection?.isOpened === true ? undefined : hub.refuseConnection(details, ticket);
  return limit && refusal(limit.status, limit.message);
}

/** Opens a connection with its first transport, or moves it to a new one. */
function connect(
  { hub, details, ticket }: UpgradeExchange,
  context: ConnectionContext,
  transport: NewTransport,
  { transferFormats }: UpgradeTransportDefinition,
): void {
  const previousTransport = context.transport;
  if (previousTransport === undefined) {
    transport.listen(hub.open(context, transport, transferFormats, details, ticket));
    return;
  }
  previousTransport.abandon?.();
  context.open(transport, details);
  const events = context.reconnect?.(transport);
  if (events === undefined) transport.abort();
  else transport.listen(events);
}

/** Defined here because it lives as long as its socket: a closure would keep the request alive. */
const reportSlowReceiver = (hub: MappedHub, context: ConnectionContext) => (): void =>
  hub.reportSlowReceiver(context);

/** Defined here for the same reason. */
const ignoreError = (): void => undefined;
