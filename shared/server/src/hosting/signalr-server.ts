import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Authorize, isAuthorize } from '../authentication/authorization.ts';
import { errors } from '../errors.ts';
import { ClientResultTypes } from '../hubs/client-results.ts';
import { type ClientOf, Hub } from '../hubs/hub.ts';
import type { HubContext } from '../hub-context/hub-context.ts';
import { LifetimeHubClients } from '../hubs/hub-clients.ts';
import { LifetimeGroups } from '../hubs/clients/lifetime-groups.ts';
import { CallLimiter } from '../limits/call-limiter.ts';
import { checkTime } from '../limits/check-time.ts';
import { checkConnectionLimits } from '../limits/connection-limiter.ts';
import { GroupLimits } from '../limits/group-limits.ts';
import type { Logger } from '../logger.ts';
import { logMessages } from '../log-messages.ts';
import { HubDispatcher } from '../hubs/dispatch/hub-dispatcher.ts';
import type { HubMethod } from '../hubs/dispatch/hub-method.ts';
import { findHubMethods } from '../hubs/dispatch/hub-methods.ts';
import type { CompleteHubMethods, HubMethods } from '../hubs/hub-method-options.ts';
import type { ServerActivity } from '../hubs/server-activity.ts';
import type { TransportEvents } from '../connections/transport.ts';
import type { HealthReport } from '../scale-out/health-report.ts';
import type { AcceptedClient } from '../scale-out/scale-out-hub.ts';
import type { HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';
import { LocalLifetimeManager } from '../scale-out/local-lifetime-manager.ts';
import {
  type MapConnectionOptions,
  type MapHubOptions,
  type ResolvedOptions,
  resolveOptions,
  type SignalRServerOptions,
} from '../server-options.ts';
import { WriteBatcher } from '../transports/write-batcher.ts';
import { httpHandler, type RequestHandler } from './http-handler.ts';
import type { ConnectionHandler } from './connection/client-connection.ts';
import { connectionEndpoint } from './connection/handled-connection.ts';
import { createHealthReport } from './health/create-health-report.ts';
import { hubEndpoint } from './hub-endpoint.ts';
import { HubNames } from './hub-names.ts';
import { MappedHub } from './mapped-hub.ts';
import { RouteTable } from './routes/route-table.ts';
import { type ServedHub, setInternals } from './internals/server-internals.ts';
import type { UpgradeServer } from './upgrades/server-upgrades.ts';
import { type AttachOptions, UpgradeHandler } from './upgrades/upgrade-handler.ts';

/**
 * A hub class, or a function that creates a hub with its dependencies for each call. A function
 * alone is also called once by `mapHub`, which needs the class of the hub. Together with the class,
 * it is only called for calls.
 * @example
 * signalr.mapHub('/chat', ChatHub, { methods: ['say'] });
 * signalr.mapHub('/chat', () => new ChatHub(database), { methods: ['say'] });
 * signalr.mapHub('/chat', { hub: ChatHub, create: () => new ChatHub(database) }, { methods: ['say']
 * });
 */
export type HubFactory<THub> =
  | (new () => THub)
  | (() => THub)
  | { readonly hub: abstract new (...args: never) => THub; readonly create: () => THub };

/** Options of `router`. */
export interface RouterOptions {
  /**
   * True if the app passes upgrade requests to `handleUpgrade`. Then negotiation offers WebSockets
   * without `attach`. Default: false.
   */
  readonly handlesUpgrades?: boolean;
}

/** Options of `close`. */
export interface ServerCloseOptions {
  /**
   * Whether other servers continue the connections, so that clients keep their connection id and
   * groups, lose no message and do not reconnect. Needs `connectionTokens`,
   * `allowStatefulReconnects` and a scale-out that supports it, such as Redis with `handOver:
   * true`. All other connections, and all connections if something is missing, close as usual.
   * Default: false.
   */
  readonly handOver?: boolean;
  /**
   * How long the calls, streams, uploads and client results of a connection may continue before it
   * is handed over, in ms. After that, they fail with an error. Default: 5000.
   */
  readonly drainTimeout?: number;
}

/**
 * A SignalR server that shares an `http.Server` with express or another framework.
 * @example
 * const signalr = new SignalRServer();
 * const messages = signalr.mapHub('/messages', MessageHub, { methods: ['sendMessage'] });
 * app.use(signalr.router());
 * signalr.attach(server);
 */
export class SignalRServer {
  readonly #options: SignalRServerOptions;
  readonly #routes = new RouteTable<MappedHub>();
  /** The lifetime managers by hub class. Several paths with one class share their clients. */
  readonly #lifetimes = new Map<{ readonly name: string }, HubLifetimeManager>();
  readonly #names: HubNames;
  readonly #batcher = new WriteBatcher();
  readonly #upgrades: UpgradeHandler;
  readonly #activity: ServerActivity = { observer: undefined };
  #hasRouter = false;
  #closed = false;
  /** The `close` that is in progress. */
  #closing: Promise<void> | undefined;

  /** Throws if an option is unknown or invalid. */
  constructor(options: SignalRServerOptions = {}) {
    const { handshakeTimeout, logger } = resolveOptions(options);
    this.#options = options;
    // Without scale-out, the name of a hub is not used.
    this.#names = new HubNames((message) => {
      if (options.scaleOut !== undefined) logger.warn(message);
    });
    this.#upgrades = new UpgradeHandler(
      (path) => this.#routes.find(path),
      this.#batcher,
      handshakeTimeout,
    );
    setInternals(this, {
      activity: this.#activity,
      logger,
      hubs: () => this.#servedHubs(),
      health: () => this.health(),
    });
  }

  /**
   * Serves a hub at a path and returns its hub context. Several paths with one hub class share
   * their clients, groups and users. Throws if the path is in use, the class does not extend `Hub`,
   * or two methods have the same name. Source: `MapHub<THub>`.
   * @example
   * const messages = signalr.mapHub('/messages', MessageHub, { methods: ['sendMessage'] });
   * await messages.clients.all.send('ReceiveMessage', 'from outside');
   */
  mapHub<THub extends Hub<never>, const TMethods extends HubMethods<THub>>(
    path: string,
    hub: HubFactory<THub>,
    options: MapHubOptions<THub> & {
      readonly methods: TMethods & CompleteHubMethods<THub, TMethods>;
    },
  ): HubContext<ClientOf<THub>> {
    if (this.#closed) throw errors.serverClosed();
    const { create, hubClass } = open(hub);
    const resolved = { ...resolveOptions(this.#options, options), activity: this.#activity };
    // JavaScript callers can leave out the options.
    const list: unknown = (options as Partial<typeof options> | undefined)?.methods;
    const methods = findHubMethods(hubClass.name, hubClass.prototype as object, list);
    refuseImpossibleRules(path, resolved, methods);
    const hubName = this.#names.add(hubClass, options.name);
    const lifetime = this.#lifetimeOf(hubClass, hubName, options.name !== undefined, resolved);
    const report = (method: string, error: unknown): void =>
      resolved.logger.error(logMessages.sendNotAwaited(hubName, method), error);
    checkConnectionLimits(path, resolved.limits, lifetime);
    const groupLimits = new GroupLimits(path, resolved.limits, lifetime);
    const groups = new LifetimeGroups(lifetime, report, groupLimits);
    const results = new ClientResultTypes(options.clientResults);
    const dispatcher = new HubDispatcher(
      hubName,
      create,
      methods,
      resolved,
      lifetime,
      groups,
      results,
      report,
    );
    this.#routes.add(path, (key) => {
      const limiter = new CallLimiter(key, resolved.limits, methods, resolved.logger);
      const endpoint = hubEndpoint(dispatcher, limiter.isActive ? limiter : undefined);
      return new MappedHub(key, hubClass, endpoint, resolved);
    });
    return { clients: new LifetimeHubClients<ClientOf<THub>>(lifetime, results, report), groups };
  }

  /**
   * Serves connections without the hub protocol at a path, over all transports. The handler is
   * called once for each connection. Throws if the path is invalid or in use.
   * Source: `MapConnectionHandler` of ASP.NET Core.
   * @example
   * signalr.mapConnection('/echo', async (connection) => {
   *   for await (const chunk of connection) await connection.send(chunk);
   * });
   */
  mapConnection(
    path: string,
    handler: ConnectionHandler,
    options: MapConnectionOptions = {},
  ): void {
    if (this.#closed) throw errors.serverClosed();
    const resolved = { ...resolveOptions(this.#options, options), allowStatefulReconnects: false };
    refuseImpossibleRules(path, resolved, new Map());
    const endpoint = connectionEndpoint(path, handler, resolved);
    this.#routes.add(path, (key) => new MappedHub(key, undefined, endpoint, resolved));
  }

  /**
   * Returns a request handler for negotiation and the HTTP transports, for `app.use()` or
   * `createServer()`. Mount it once, also below a prefix, and before middleware that reads bodies.
   * @example
   * app.use(signalr.router()); // express
   * createServer(signalr.router()); // without express
   */
  router({ handlesUpgrades = false }: RouterOptions = {}): RequestHandler {
    if (this.#hasRouter) throw errors.routerInUse();
    this.#hasRouter = true;
    return httpHandler({
      findHub: (path) => this.#routes.find(path),
      batcher: this.#batcher,
      canUpgrade: () => handlesUpgrades || this.#upgrades.isAttached,
      onMounted: (basePath) => this.#upgrades.addMountedPath(basePath),
    });
  }

  /** The paths at which hubs are mapped. */
  get paths(): readonly string[] {
    return [...this.#routes.paths];
  }

  /** Returns true if a request to this path is served. Paths are case-insensitive. */
  isMapped(path: string): boolean {
    return this.#routes.find(path) !== undefined;
  }

  /**
   * Serves the upgrade requests to mapped hubs. Negotiation offers WebSockets only after this call.
   * Other listeners of the event `upgrade` do not receive these requests. Accepts servers of
   * `node:http`, `node:https` and `node:http2`. Over HTTP/2, WebSockets need the server's setting
   * `enableConnectProtocol` (RFC 8441).
   * @example
   * app.use('/api', signalr.router());
   * signalr.attach(server, { basePath: '/api' });
   */
  attach(server: UpgradeServer, options: AttachOptions = {}): void {
    if (options.basePath !== undefined) this.#upgrades.addBasePath(options.basePath);
    this.#upgrades.attach(server, options);
  }

  /**
   * Serves one upgrade request, for apps that route upgrade requests themselves instead of calling
   * `attach`. Returns false without touching the socket if no hub is mapped to the path: then the
   * caller must answer the request or destroy the socket.
   * @example
   * app.use(signalr.router({ handlesUpgrades: true }));
   * server.on('upgrade', (request, socket, head) => {
   *   if (!signalr.handleUpgrade(request, socket, head)) socket.destroy();
   * });
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    return this.#upgrades.serve(request, socket, head);
  }

  /**
   * Returns whether this server serves clients and reaches the other servers, with an entry for
   * each hub. A server without scale-out is healthy. A degraded server serves its own clients and
   * does not reach the others. A server that closes is unhealthy. `healthRouter` serves the report.
   * @example
   * console.log(signalr.health().status); // 'Healthy'
   */
  health(): HealthReport {
    const hubs = this.#servedHubs().map(({ name, lifetime, paths }) => ({
      name,
      connections: paths.reduce((count, hub) => count + hub.connectionCount, 0),
      entry: lifetime.health?.(),
    }));
    return createHealthReport(hubs, this.#closed);
  }

  /**
   * Asks all clients to reconnect, sends queued messages, and closes every connection. It leaves no
   * open handles. It does not close the `http.Server`. With the option `handOver`, other servers
   * continue the connections that can move, and their clients do not notice. If it is called again
   * before it has finished, both calls have the same result; without `handOver`, the second call
   * closes the connections that have not moved yet.
   * @example
   * httpServer.close(); // no new connection reaches this server
   * await signalr.close({ handOver: true });
   */
  async close({ handOver = false, drainTimeout = 5000 }: ServerCloseOptions = {}): Promise<void> {
    checkTime('drainTimeout', drainTimeout);
    if (this.#closing === undefined)
      this.#closing = this.#close(handOver ? drainTimeout : undefined);
    else if (!handOver) for (const hub of this.#routes.values) hub.shutdownConnections();
    try {
      await this.#closing;
    } finally {
      this.#closing = undefined;
    }
  }

  /**
   * Closes the server. With a `drainTimeout` (in ms), hands connections over to other servers
   * first.
   */
  async #close(drainTimeout: number | undefined): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#lifetimes.values()].map(async (lifetime) => lifetime.closing?.()));
    this.#upgrades.detach();
    // The routes stay until the last client has gone, because polls receive the Close message.
    await Promise.all(this.#routes.values.map((hub) => hub.close(drainTimeout)));
    this.#routes.clear();
    await Promise.all([...this.#lifetimes.values()].map(async (lifetime) => lifetime.close?.()));
  }

  #servedHubs(): ServedHub[] {
    const mapped = this.#routes.values;
    return [...this.#lifetimes].map(([hubClass, lifetime]) => ({
      name: this.#names.nameOf(hubClass),
      lifetime,
      paths: mapped.filter((hub) => hub.hubClass === hubClass),
    }));
  }

  /** Returns the lifetime manager of a hub class, with the options of the path mapped first. */
  #lifetimeOf(
    hubClass: { readonly name: string },
    hubName: string,
    hasExplicitName: boolean,
    options: ResolvedOptions,
  ): HubLifetimeManager {
    let lifetime = this.#lifetimes.get(hubClass);
    if (lifetime === undefined) {
      const { protocols, logger, allowStatefulReconnects } = options;
      const accept = (client: AcceptedClient): TransportEvents | undefined => {
        const match = this.#routes.find(client.request.path);
        if (match?.value.hubClass !== hubClass) return undefined;
        // Nothing would close a client that connects while the others are closed.
        if (match.value.isClosing) return undefined;
        return match.value.accept(client, match.params);
      };
      const scaleOutHub = {
        hubName,
        hasExplicitName,
        protocols,
        logger,
        allowStatefulReconnects,
        accept,
      };
      lifetime = this.#options.scaleOut?.(scaleOutHub) ?? this.#localLifetimeOf(hubName, logger);
      this.#lifetimes.set(hubClass, lifetime);
    }
    return lifetime;
  }

  #localLifetimeOf(hubName: string, logger: Logger): HubLifetimeManager {
    const presence = this.#options.presence?.track(hubName);
    if (presence !== undefined)
      presence.listeners.onError = (error) =>
        logger.error(logMessages.presenceListenerFailed(hubName), error);
    return new LocalLifetimeManager(presence);
  }
}

function open<THub extends Hub<never>>(
  hub: HubFactory<THub>,
): { create: () => Hub<never>; hubClass: { readonly name: string; readonly prototype: unknown } } {
  // A circular import leaves a class undefined for a while.
  const given: HubFactory<THub> | null | undefined = hub;
  if (given == null) throw errors.notAHub(String(given));
  if (typeof hub === 'object') {
    if (!((hub.hub?.prototype as unknown) instanceof Hub) || typeof hub.create !== 'function')
      throw errors.notAHub(hub.hub?.name ?? 'The object');
    return { create: hub.create, hubClass: hub.hub };
  }
  const isClass = (hub.prototype as unknown) instanceof Hub;
  const create = isClass ? () => new (hub as new () => THub)() : (hub as () => THub);
  if (isClass) return { create, hubClass: hub as new () => THub };
  if (/^class\b/.test(Function.prototype.toString.call(hub))) throw errors.notAHub(hub.name);
  const sample: unknown = create(); // a factory shows its class only by the hub that it creates
  if (!(sample instanceof Hub)) throw errors.notAHub(hub.name || 'The function');
  return { create, hubClass: sample.constructor };
}

/** Throws if an authorization rule is misspelled, or if no user can meet it. */
function refuseImpossibleRules(
  path: string,
  { authorize, authentication }: ResolvedOptions,
  methods: ReadonlyMap<string, HubMethod>,
): void {
  const rules: [string, Authorize | undefined][] = [
    [`the hub at '${path}'`, authorize],
    ...[...methods.values()].map(({ name, authorize: rule }): [string, Authorize | undefined] => [
      name,
      rule,
    ]),
  ];
  for (const [what, rule] of rules) {
    if (rule === undefined) continue;
    if (authentication === 'none') throw errors.authenticationMissing(path);
    if (!isAuthorize(rule)) throw errors.authorizeInvalid(what);
  }
}
