import { type AllowedOrigins, checkAllowedOrigins } from './authentication/allowed-origins.ts';
import {
  type HubProtocol,
  JsonHubProtocol,
  MessagePackHubProtocol,
} from '@practical-signalr/protocol';
import type { ConnectionForwarder } from './connection-forwarder.ts';
import type { AuthenticationHandler } from './authentication/authentication-handler.ts';
import type { AuthenticationRefresh } from './authentication/authentication-refresh.ts';
import type { Authorize } from './authentication/authorization.ts';
import { nameIdentifier } from './authentication/claims.ts';
import {
  type ConnectionTokenOptions,
  type ResolvedConnectionTokenOptions,
  resolveConnectionTokens,
} from './connections/tokens/connection-token-options.ts';
import { errors } from './errors.ts';
import type { ClientResultSchemas } from './hubs/client-results.ts';
import type { ClientOf } from './hubs/hub.ts';
import type { HubFilter } from './hubs/hub-filter.ts';
import type { HubMethods } from './hubs/hub-method-options.ts';
import type { UserIdProvider } from './hubs/user-id-provider.ts';
import { defaultLogger, type Logger, safeLogger } from './logger.ts';
import { checkTime } from './limits/check-time.ts';
import { checkClientLimits, type ClientLimits } from './limits/client-limits.ts';
import { LocalPresence } from './scale-out/local-presence.ts';
import type { HubLifetimeManagerFactory } from './scale-out/scale-out-hub.ts';
import { transportNames } from './transports/find-transport.ts';
import type { TransportName } from './transports/registry.ts';

/**
 * The options of the server that a hub may override. Times are in ms, sizes in bytes. Except for
 * `keepAliveInterval` and `clientTimeoutInterval`, times are at most 2,147,483,647 ms (24 days),
 * because a timer of Node cannot wait longer. Unknown or impossible values are rejected when the
 * server or the hub is created.
 * Source: `HubOptions` and `HttpConnectionDispatcherOptions` of ASP.NET Core.
 */
export interface SharedOptions {
  /** How long the server sends nothing before it sends a ping, in ms. Default: 15,000. */
  readonly keepAliveInterval?: number;
  /**
   * How long a client that sends pings may be silent before it is disconnected, in ms. Use at least
   * twice the client's own `keepAliveIntervalInMilliseconds`. Default: 30,000.
   */
  readonly clientTimeoutInterval?: number;
  /** The time limit of the handshake, in ms. Default: 15,000. */
  readonly handshakeTimeout?: number;
  /**
   * The maximum size of a message from a client, in bytes. Larger messages close the connection.
   * Default: 32,768.
   */
  readonly maximumReceiveMessageSize?: number;
  /** The maximum number of calls of one client that run at the same time. Default: 1. */
  readonly maximumParallelInvocationsPerClient?: number;
  /**
   * The number of buffered items of an upload at which the server stops reading from the client.
   * Default: 10.
   */
  readonly streamBufferCapacity?: number;
  /**
   * Whether clients receive the messages of all errors, not only of `HubError`. Use it in
   * development only, because messages may contain secrets. Default: false.
   */
  readonly enableDetailedErrors?: boolean;
  /**
   * Whether a client whose argument does not match its schema receives a `HubError` with the
   * position of the argument and the issues of the schema. For an item of an upload, it receives
   * the issues. The messages of your schemas then must not contain secrets. Default: false. The
   * client receives a general error message.
   */
  readonly exposeValidationErrors?: boolean;
  /**
   * How long a negotiated connection may stay unopened, or a long-polling client may stay away,
   * before the connection is removed, in ms. With stateful reconnect, also how long a client may
   * stay away. Default: 15,000.
   */
  readonly disconnectTimeout?: number;
  /**
   * How long a client may read nothing while more than `transportMaxBufferSize` is buffered for it,
   * in ms. A client that reads slowly stays connected. The server notices that it reads when the
   * operating system accepts more data, on Linux when a third of the socket's send buffer is free.
   * Default: 10,000.
   */
  readonly sendTimeout?: number;
  /**
   * How long `close()` waits for a connection and its disconnected hook, in ms. Default: 30,000.
   * Source: `HostOptions.ShutdownTimeout`.
   */
  readonly shutdownTimeout?: number;
  /**
   * The number of bytes that are buffered for a client before sends to it wait. Default: 65,536.
   * Source: `TransportMaxBufferSize`.
   */
  readonly transportMaxBufferSize?: number;
  /**
   * Whether clients may resume their connection on a new socket within `disconnectTimeout`. No
   * message is lost or received twice. Clients must ask for it with `withStatefulReconnect()`.
   * Default: false. Source: `AllowStatefulReconnects`.
   */
  readonly allowStatefulReconnects?: boolean;
  /**
   * The number of bytes that a client has not acknowledged before sends to it wait. Used with
   * stateful reconnect. Default: 100,000.
   */
  readonly statefulReconnectBufferSize?: number;
  /**
   * Signs connection tokens, so that a WebSocket may be opened on any server with the same keys.
   * Default: none. A connection must be opened on the server that negotiated it.
   */
  readonly connectionTokens?: ConnectionTokenOptions;
  /** Options of long polling. */
  readonly longPolling?: LongPollingOptions;
  /** The transports that clients may use. Default: all. */
  readonly transports?: readonly TransportName[];
  /**
   * The lowest version of negotiation that is accepted. In version 0, which clients of ASP.NET Core
   * 2 use, everyone who knows the public id of a connection can send in its name. Default: 1.
   * Source: `MinimumProtocolVersion`, which is 0 by default.
   */
  readonly minimumProtocolVersion?: number;
  /** The hub protocols. The client selects one of them. Default: JSON and MessagePack. */
  readonly protocols?: readonly HubProtocol[];
  /**
   * Determines the user id of a connection. Default: the claim `sub`, then `nameid`, then `id`.
   * Source: `IUserIdProvider`.
   */
  readonly userIdProvider?: UserIdProvider;
  /**
   * Filters that run around calls and hooks. The server's filters run around those of a hub.
   * Default: none. Source: `HubOptions.AddFilter`.
   */
  readonly filters?: readonly HubFilter[];
  /**
   * Identifies the caller of each request: `jwtBearer`, `requestUser` or your own handler. `'none'`
   * disables authentication. Default: `'none'`.
   */
  readonly authentication?: AuthenticationHandler | 'none';
  /**
   * The origins of pages that may use the hub, in addition to its own origin: an array such as
   * `['https://example.org']`, or `'*'` for all. Applies to negotiation and to all transports.
   * Requests without an Origin header do not come from a page of another origin and are not
   * checked.
   * Default: pages of other origins must identify their user with a token, for example with
   * `accessTokenFactory`. Cookies are not enough.
   */
  readonly allowedOrigins?: AllowedOrigins;
  /**
   * Whether a connection is closed when the token of its user expires. The client may reconnect.
   * Default: false. Source: `CloseOnAuthenticationExpiration`.
   */
  readonly closeOnAuthenticationExpiration?: boolean;
  /**
   * Whether clients may send a new token for an open connection, as a POST request to
   * `{hub}/refresh?id={connectionToken}`. Default: false.
   * Source: `EnableAuthenticationRefresh`, planned for ASP.NET Core 11 (dotnet/aspnetcore pull
   * request 67111).
   */
  readonly enableAuthenticationRefresh?: boolean;
  /**
   * Returns whether a new token is accepted. Called after all other checks, for tokens of the same
   * user. Default: every token is accepted. Source: `OnAuthenticationRefresh`.
   */
  readonly onAuthenticationRefresh?: (refresh: AuthenticationRefresh) => boolean | Promise<boolean>;
  /**
   * Limits for clients that are not trusted: numbers of connections and rates of calls. The limits
   * of a hub override those of the server one by one. Default: none of them.
   */
  readonly limits?: ClientLimits;
}

/** Options of long polling. Source: `LongPollingOptions` of ASP.NET Core. */
export interface LongPollingOptions {
  /**
   * How long a poll stays open without data, in ms. It must be shorter than the time limit of every
   * proxy for a response, which is 60 s in nginx by default (`proxy_read_timeout`). Default:
   * 50,000. (ASP.NET Core: 90,000.)
   */
  readonly pollTimeout?: number;
}

/**
 * Options of {@link SignalRServer}. All are optional.
 * @example
 * const signalr = new SignalRServer({ maximumReceiveMessageSize: 65_536, enableDetailedErrors: true
 * });
 */
export interface SignalRServerOptions extends SharedOptions {
  /**
   * Creates the lifetime managers, which decide which connections receive a message. Use it to
   * reach the clients of other servers. Default: messages reach the connections of this process.
   */
  readonly scaleOut?: HubLifetimeManagerFactory | undefined;
  /**
   * Lists who is online on this server. Create it with `localPresence()`. With `scaleOut`, pass the
   * presence of the scale-out package to it instead. Default: no presence.
   */
  readonly presence?: LocalPresence | undefined;
  /**
   * Passes requests to the process that holds their connection, if several processes share a port.
   * Used with `connectionTokens`. Default: none. `runWorkers` provides one.
   */
  readonly forwarder?: ConnectionForwarder | undefined;
  /** Receives the log messages of the server. Default: the console, for warnings and errors. */
  readonly logger?: Logger;
}

/** Options of `mapConnection`. Options that concern only hubs have no effect. */
export interface MapConnectionOptions extends SharedOptions {
  /** The rule for who may connect. Default: anyone. */
  readonly authorize?: Authorize;
}

/**
 * Options of one hub. They override the options of the server, except that filters are added.
 * @example
 * signalr.mapHub('/chat', ChatHub, { methods: ['say'], authorize: true });
 */
export interface MapHubOptions<THub> extends SharedOptions {
  /**
   * The rule for who may connect: `true` for every authenticated user, or an object with `roles`,
   * `policy` or both. Single methods can have further rules in `methods`. Default: anyone.
   * Source: `AuthorizeAttribute`.
   */
  readonly authorize?: Authorize;
  /**
   * The name of the hub on a backplane or service, in the log and in `health()`. Servers reach each
   * other's clients only if the names are equal, so set it if a minifier renames classes. It takes
   * precedence over the option `hubName` of `redis()`. All paths of a class share one name.
   * Default: the class name.
   * @example
   * { name: 'ChatHub', methods: ['say'] }
   */
  readonly name?: string;
  /**
   * The methods that clients can call: an array of their names in the class, or an object of names
   * with options. All other methods do not exist for clients. List every public method; the
   * compiler reports a missing one. Pass `[]` if clients call no methods.
   */
  readonly methods: HubMethods<THub>;
  /**
   * Schemas of the results that clients return to `invoke`, by the names of the client methods. If
   * a result does not match its schema, `invoke` rejects. Default: results may have any type.
   * @example
   * { clientResults: { getName: z.string() } }
   */
  readonly clientResults?: ClientResultSchemas<ClientOf<THub>>;
}

/** The options of a mapped hub with all defaults applied. */
export interface ResolvedOptions extends Required<
  Omit<
    SharedOptions,
    'allowedOrigins' | 'connectionTokens' | 'longPolling' | 'onAuthenticationRefresh'
  >
> {
  readonly connectionTokens: ResolvedConnectionTokenOptions | undefined;
  readonly longPolling: Required<LongPollingOptions>;
  readonly onAuthenticationRefresh: SharedOptions['onAuthenticationRefresh'];
  readonly allowedOrigins: AllowedOrigins | undefined;
  readonly authorize: Authorize | undefined;
  readonly forwarder: ConnectionForwarder | undefined;
  readonly logger: Logger;
}

/**
 * The defaults of all options. A test compares them with the page `options.md` of the
 * documentation.
 */
export const defaults = {
  keepAliveInterval: 15_000,
  clientTimeoutInterval: 30_000,
  handshakeTimeout: 15_000,
  maximumReceiveMessageSize: 32_768,
  maximumParallelInvocationsPerClient: 1,
  streamBufferCapacity: 10,
  enableDetailedErrors: false,
  exposeValidationErrors: false,
  disconnectTimeout: 15_000,
  sendTimeout: 10_000,
  shutdownTimeout: 30_000,
  transportMaxBufferSize: 65_536,
  allowStatefulReconnects: false,
  statefulReconnectBufferSize: 100_000,
  connectionTokens: undefined,
  longPolling: { pollTimeout: 50_000 },
  transports: transportNames,
  minimumProtocolVersion: 1,
  protocols: [new JsonHubProtocol(), new MessagePackHubProtocol()] as readonly HubProtocol[],
  userIdProvider: { getUserId: ({ user }) => nameIdentifier(user) } satisfies UserIdProvider,
  authentication: 'none' as const,
  authorize: undefined,
  allowedOrigins: undefined,
  closeOnAuthenticationExpiration: false,
  enableAuthenticationRefresh: false,
  onAuthenticationRefresh: undefined,
  filters: [] as readonly HubFilter[],
  limits: {} as ClientLimits,
  forwarder: undefined,
  logger: defaultLogger,
};

const positiveOptions = [
  'keepAliveInterval',
  'clientTimeoutInterval',
  'maximumReceiveMessageSize',
  'maximumParallelInvocationsPerClient',
  'streamBufferCapacity',
  'transportMaxBufferSize',
  'statefulReconnectBufferSize',
] as const;
const booleanOptions = [
  'enableDetailedErrors',
  'exposeValidationErrors',
  'allowStatefulReconnects',
  'closeOnAuthenticationExpiration',
  'enableAuthenticationRefresh',
] as const;
/** The times of timers. The intervals above have none: a heartbeat compares them with the clock. */
const times = ['handshakeTimeout', 'disconnectTimeout', 'sendTimeout', 'shutdownTimeout'] as const;

/**
 * Returns the options of a hub: its own options, then those of the server, then the defaults.
 * Throws if an option is unknown or cannot work.
 */
export function resolveOptions(
  server: SignalRServerOptions,
  hub: SharedOptions & { readonly authorize?: Authorize } = {},
): ResolvedOptions {
  const hubOptions = ['methods', 'clientResults', 'name'];
  const known = new Set([...Object.keys(defaults), 'scaleOut', 'presence', ...hubOptions]);
  if (Object.hasOwn(server, 'name')) throw errors.unknownOption('name');
  for (const name of Object.keys(server)) {
    if (!known.has(name)) throw errors.unknownOption(name);
  }
  for (const name of Object.keys(hub)) {
    if (!known.has(name)) throw errors.unknownOption(name, 'mapHub or mapConnection');
  }
  const { presence, scaleOut } = server;
  const isPresenceValid = presence instanceof LocalPresence && scaleOut === undefined;
  if (presence !== undefined && !isPresenceValid) throw errors.presenceInvalid();
  const longPolling = {
    ...defaults.longPolling,
    ...withoutUndefined(server.longPolling),
    ...withoutUndefined(hub.longPolling),
  };
  const filters = [...(server.filters ?? []), ...(hub.filters ?? [])];
  const limits = { ...withoutUndefined(server.limits), ...withoutUndefined(hub.limits) };
  checkClientLimits(limits);
  const tokens = hub.connectionTokens ?? server.connectionTokens;
  const connectionTokens = tokens === undefined ? undefined : resolveConnectionTokens(tokens);
  const resolved: ResolvedOptions = {
    ...defaults,
    ...withoutUndefined(server),
    ...withoutUndefined(hub),
    connectionTokens,
    longPolling,
    filters,
    limits,
  };
  const logger = safeLogger(resolved.logger);
  for (const name of positiveOptions) {
    const value: unknown = resolved[name];
    if (typeof value !== 'number' || !(value > 0)) throw errors.optionNotPositive(name);
  }
  // A string such as 'false' of an environment variable would be true.
  for (const name of booleanOptions)
    if (typeof resolved[name] !== 'boolean') throw errors.optionNotPositive(name, 'true or false');
  if (![0, 1].includes(resolved.minimumProtocolVersion))
    throw errors.optionNotPositive('minimumProtocolVersion', '0 or 1');
  for (const name of times) checkTime(name, resolved[name]);
  for (const [name, value] of Object.entries(resolved.longPolling)) {
    if (name !== 'pollTimeout') throw errors.unknownOption(`longPolling.${name}`);
    checkTime(`longPolling.${name}`, value);
  }
  for (const name of resolved.transports) {
    if (!transportNames.includes(name))
      throw errors.unknownTransport(name, transportNames.join(', '));
  }
  const { authentication } = resolved;
  if (
    authentication !== 'none' &&
    typeof (authentication as AuthenticationHandler | null)?.authenticate !== 'function'
  ) {
    throw errors.authenticationInvalid();
  }
  checkAllowedOrigins(resolved.allowedOrigins);
  if (resolved.protocols.length === 0) throw errors.protocolsMissing();
  return { ...resolved, logger };
}

/** Returns the options without those that are undefined, for which the default applies. */
const withoutUndefined = <T extends object>(options: T | undefined): Partial<T> =>
  Object.fromEntries(
    Object.entries(options ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
