import {
  type HubProtocol,
  JsonHubProtocol,
  MessagePackHubProtocol,
} from '@practical-signalr/protocol';
import type { AuthenticationHandler } from './authentication/authentication-handler.ts';
import type { AuthenticationRefresh } from './authentication/authentication-refresh.ts';
import type { Authorize } from './authentication/authorization.ts';
import { nameIdentifier } from './authentication/claims.ts';
import {
  type ConnectionTokenOptions,
  type ResolvedConnectionTokenOptions,
  resolveConnectionTokens,
} from './connections/connection-token-options.ts';
import { errorTexts } from './error-texts.ts';
import type { ClientResultSchemas } from './hubs/client-results.ts';
import type { ClientOf } from './hubs/hub.ts';
import type { HubFilter } from './hubs/hub-filter.ts';
import type { HubMethodName, HubMethodOptions } from './hubs/hub-method-options.ts';
import type { UserIdProvider } from './hubs/user-id-provider.ts';
import { defaultLogger, type Logger, safeLogger } from './logger.ts';
import type { HubLifetimeManagerFactory } from './scale-out/scale-out-hub.ts';
import { transportNames } from './transports/find-transport.ts';
import type { TransportName } from './transports/registry.ts';

/** Options that a hub may override. Times in ms, sizes in bytes. Source: `HubOptions`, `HttpConnectionDispatcherOptions`. */
export interface SharedOptions {
  /** Silence after which the server sends a ping. Default 15,000 ms. */
  readonly keepAliveInterval?: number;
  /** Silence of a client after which it is closed. Default 30,000 ms; at least twice the client's own interval. */
  readonly clientTimeoutInterval?: number;
  /** Time for the handshake. Default 15,000 ms. */
  readonly handshakeTimeout?: number;
  /** The largest message of a client. Default 32,768 bytes. */
  readonly maximumReceiveMessageSize?: number;
  /** Calls of one client that run at the same time. Default 1. */
  readonly maximumParallelInvocationsPerClient?: number;
  /** Items of one upload that wait for the method that reads them before the client is read no further. Default 10. */
  readonly streamBufferCapacity?: number;
  /** Whether clients see the texts of all errors. Default false; use it in development only. */
  readonly enableDetailedErrors?: boolean;
  /** Time after which a connection is given up that was negotiated and not opened, or whose client stopped polling. Default 15,000 ms. */
  readonly disconnectTimeout?: number;
  /** Time that a client may leave its buffer over the mark. Default 10,000 ms. */
  readonly sendTimeout?: number;
  /** Time that `close()` waits for a connection and its disconnected hook. Default 30,000 ms. Source: `HostOptions.ShutdownTimeout`. */
  readonly shutdownTimeout?: number;
  /** Bytes that may wait for a client before sends wait too. Default 65,536. Source: `TransportMaxBufferSize`. */
  readonly transportMaxBufferSize?: number;
  /**
   * Whether clients that ask for it may come back to their connection after the socket broke: nothing is lost, nothing comes twice.
   * They have the `disconnectTimeout` to come back. Default false. Source: `AllowStatefulReconnects`.
   */
  readonly allowStatefulReconnects?: boolean;
  /** Bytes that are kept for a client that has not acknowledged them; while more is kept, sends to it wait. Default 100,000. */
  readonly statefulReconnectBufferSize?: number;
  /**
   * Signed connection tokens: a WebSocket may be opened on another server than the one that negotiated it, where both have the same
   * keys. Default: none; a connection is opened where it was negotiated.
   */
  readonly connectionTokens?: ConnectionTokenOptions;
  /** Options of long polling. */
  readonly longPolling?: LongPollingOptions;
  /** Transports that negotiate offers, as far as the server has them. Default: all. */
  readonly transports?: readonly TransportName[];
  /** The lowest version of negotiation that is served. Default 0. Source: `MinimumProtocolVersion`. */
  readonly minimumProtocolVersion?: number;
  /** The encodings that are spoken; the client chooses. Default: JSON and MessagePack. */
  readonly protocols?: readonly HubProtocol[];
  /** Names the user of a connection. Default: claim `sub`, else `nameid`, else `id`. */
  readonly userIdProvider?: UserIdProvider;
  /** Run around calls and hooks. The server's run outside a hub's own. Source: `HubOptions.AddFilter`. */
  readonly filters?: readonly HubFilter[];
  /** Says who a request comes from: `jwtBearer`, `requestUser`, your own; `'none'` asks nobody. Default: `'none'`. */
  readonly authentication?: AuthenticationHandler | 'none';
  /** Whether a connection ends, to come back, when its user's token does. Default false. Source: `CloseOnAuthenticationExpiration`. */
  readonly closeOnAuthenticationExpiration?: boolean;
  /**
   * Whether clients may bring a new token for a living connection: POST `{hub}/refresh?id={connectionToken}`. Default false.
   * Source: `EnableAuthenticationRefresh`, planned for ASP.NET Core 11 (dotnet/aspnetcore pull request 67111).
   */
  readonly enableAuthenticationRefresh?: boolean;
  /** Accepts (`true`) or refuses a refresh for the same user; asked last. Default: accepts. Source: `OnAuthenticationRefresh`. */
  readonly onAuthenticationRefresh?: (refresh: AuthenticationRefresh) => boolean | Promise<boolean>;
}

/** Options of the long-polling transport. Source: `LongPollingOptions`. */
export interface LongPollingOptions {
  /** Time in ms after which a poll that gets nothing is answered with nothing. Default 90,000 ms. */
  readonly pollTimeout?: number;
}

/** Options of {@link SignalRServer}; all are optional. */
export interface SignalRServerOptions extends SharedOptions {
  /** Replaces the class that decides who gets what, for scale-out. Default: the connections of this process. */
  readonly scaleOut?: HubLifetimeManagerFactory | undefined;
  /** Where the server reports. Default: warnings and errors to the console. */
  readonly logger?: Logger;
}

/** Options of one mapped hub. */
export interface MapHubOptions<THub> extends SharedOptions {
  /** Who may connect; single methods can ask for more in `methods`. Default: anyone. Source: `AuthorizeAttribute`. */
  readonly authorize?: Authorize;
  /** What JavaScript cannot say about single methods. */
  readonly methods?: { readonly [TName in HubMethodName<THub>]?: HubMethodOptions };
  /**
   * The types of what clients answer to `invoke`, by the names of their methods. An answer that does not fit rejects.
   * Default: any type.
   * @example
   * { clientResults: { askName: z.string() } }
   */
  readonly clientResults?: ClientResultSchemas<ClientOf<THub>>;
}

/** The options of a mapped hub with all defaults applied. */
export interface ResolvedOptions extends Required<
  Omit<SharedOptions, 'connectionTokens' | 'longPolling' | 'onAuthenticationRefresh'>
> {
  readonly connectionTokens: ResolvedConnectionTokenOptions | undefined;
  readonly longPolling: Required<LongPollingOptions>;
  readonly onAuthenticationRefresh: SharedOptions['onAuthenticationRefresh'];
  readonly authorize: Authorize | undefined;
  readonly logger: Logger;
}

/** The defaults, in one place; the README's table is held to them by a test. */
export const defaults = {
  keepAliveInterval: 15_000,
  clientTimeoutInterval: 30_000,
  handshakeTimeout: 15_000,
  maximumReceiveMessageSize: 32_768,
  maximumParallelInvocationsPerClient: 1,
  streamBufferCapacity: 10,
  enableDetailedErrors: false,
  disconnectTimeout: 15_000,
  sendTimeout: 10_000,
  shutdownTimeout: 30_000,
  transportMaxBufferSize: 65_536,
  allowStatefulReconnects: false,
  statefulReconnectBufferSize: 100_000,
  connectionTokens: undefined,
  longPolling: { pollTimeout: 90_000 },
  transports: transportNames,
  minimumProtocolVersion: 0,
  protocols: [new JsonHubProtocol(), new MessagePackHubProtocol()] as readonly HubProtocol[],
  userIdProvider: { getUserId: ({ user }) => nameIdentifier(user) } satisfies UserIdProvider,
  authentication: 'none' as const,
  authorize: undefined,
  closeOnAuthenticationExpiration: false,
  enableAuthenticationRefresh: false,
  onAuthenticationRefresh: undefined,
  filters: [] as readonly HubFilter[],
  logger: defaultLogger,
};

const positive = [
  'keepAliveInterval',
  'clientTimeoutInterval',
  'handshakeTimeout',
  'maximumReceiveMessageSize',
  'maximumParallelInvocationsPerClient',
  'streamBufferCapacity',
  'disconnectTimeout',
  'sendTimeout',
  'shutdownTimeout',
  'transportMaxBufferSize',
  'statefulReconnectBufferSize',
] as const;

/** The defaults, overridden by the server's options, overridden by the hub's. Refuses what cannot work with a sentence. */
export function resolveOptions(
  server: SignalRServerOptions,
  hub: SharedOptions & { readonly authorize?: Authorize } = {},
): ResolvedOptions {
  const known = new Set([...Object.keys(defaults), 'scaleOut', 'methods', 'clientResults']);
  for (const name of [...Object.keys(server), ...Object.keys(hub)]) {
    if (!known.has(name)) throw new TypeError(errorTexts.unknownOption(name));
  }
  const longPolling = { ...defaults.longPolling, ...server.longPolling, ...hub.longPolling };
  const filters = [...(server.filters ?? []), ...(hub.filters ?? [])];
  const tokens = hub.connectionTokens ?? server.connectionTokens;
  const connectionTokens = tokens === undefined ? undefined : resolveConnectionTokens(tokens);
  const resolved: ResolvedOptions = {
    ...defaults,
    ...given(server),
    ...given(hub),
    connectionTokens,
    longPolling,
    filters,
  };
  const logger = safeLogger(resolved.logger);
  for (const name of positive) {
    const value: unknown = resolved[name];
    if (typeof value !== 'number' || !(value > 0))
      throw new RangeError(errorTexts.notPositive(name));
  }
  for (const [name, value] of Object.entries(resolved.longPolling)) {
    if (name !== 'pollTimeout')
      throw new TypeError(errorTexts.unknownOption(`longPolling.${name}`));
    if (!(value > 0)) throw new RangeError(errorTexts.notPositive(`longPolling.${name}`));
  }
  for (const name of resolved.transports) {
    if (!transportNames.includes(name))
      throw new RangeError(errorTexts.wrongTransport(name, transportNames.join(', ')));
  }
  const { authentication } = resolved;
  if (
    authentication !== 'none' &&
    typeof (authentication as AuthenticationHandler | null)?.authenticate !== 'function'
  ) {
    throw new TypeError(errorTexts.notAnAuthentication);
  }
  if (resolved.protocols.length === 0) throw new RangeError(errorTexts.noProtocols);
  return { ...resolved, logger };
}

/** An option that is undefined counts as not given. */
const given = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
