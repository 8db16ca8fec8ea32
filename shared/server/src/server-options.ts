import { type HubProtocol, JsonHubProtocol } from '@practical-signalr/protocol';
import { type TransportName, transportNames } from './connections/transport.ts';
import { errorTexts } from './error-texts.ts';
import type { ClientResultSchemas } from './hubs/client-results.ts';
import type { ClientOf } from './hubs/hub.ts';
import type { HubFilter } from './hubs/hub-filter.ts';
import type { HubMethodName, HubMethodOptions, HubOptions, UserIdProvider } from './hubs/hub-options.ts';
import { defaultLogger, type Logger, safeLogger } from './logger.ts';
import type { HubLifetimeManagerFactory } from './scale-out/scale-out-hub.ts';

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
  /** Time after which a connection that was negotiated and never opened is given up. Default 15,000 ms. */
  readonly disconnectTimeout?: number;
  /** Time that a client may leave its buffer over the mark. Default 10,000 ms. */
  readonly sendTimeout?: number;
  /** Bytes that may wait for a client before sends wait too. Default 65,536. Source: `TransportMaxBufferSize`. */
  readonly transportMaxBufferSize?: number;
  /** Transports that negotiate offers, as far as the server has them. Default: all. */
  readonly transports?: readonly TransportName[];
  /** The lowest version of negotiation that is served. Default 0. Source: `MinimumProtocolVersion`. */
  readonly minimumProtocolVersion?: number;
  /** The encodings that are spoken. Default: JSON. */
  readonly protocols?: readonly HubProtocol[];
  /** Names the user of a connection. Default: nobody. */
  readonly userIdProvider?: UserIdProvider;
  /** Run around calls and hooks. The server's run outside a hub's own. Source: `HubOptions.AddFilter`. */
  readonly filters?: readonly HubFilter[];
}

/** Options of {@link SignalRServer}; all are optional. */
export interface SignalRServerOptions extends SharedOptions {
  /** Replaces the class that decides who gets what, for scale-out. Default: the connections of this process. */
  readonly scaleOut?: HubLifetimeManagerFactory;
  /** Where the server reports. Default: warnings and errors to the console. */
  readonly logger?: Logger;
}

/** Options of one mapped hub. */
export interface MapHubOptions<THub> extends SharedOptions {
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

/** All options of a mapped hub, none missing. */
export interface ResolvedOptions extends HubOptions {
  readonly disconnectTimeout: number;
  readonly sendTimeout: number;
  readonly transportMaxBufferSize: number;
  readonly transports: readonly TransportName[];
  readonly minimumProtocolVersion: number;
}

const defaults = {
  keepAliveInterval: 15_000,
  clientTimeoutInterval: 30_000,
  handshakeTimeout: 15_000,
  maximumReceiveMessageSize: 32_768,
  maximumParallelInvocationsPerClient: 1,
  streamBufferCapacity: 10,
  enableDetailedErrors: false,
  disconnectTimeout: 15_000,
  sendTimeout: 10_000,
  transportMaxBufferSize: 65_536,
  transports: transportNames,
  minimumProtocolVersion: 0,
  protocols: [new JsonHubProtocol()] as readonly HubProtocol[],
  userIdProvider: undefined,
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
  'transportMaxBufferSize',
] as const;

/** The defaults, overridden by the server's options, overridden by the hub's. Refuses what cannot work with a sentence. */
export function resolveOptions(server: SignalRServerOptions, hub: SharedOptions = {}): ResolvedOptions {
  const known = new Set([...Object.keys(defaults), 'scaleOut', 'methods', 'clientResults']);
  for (const name of [...Object.keys(server), ...Object.keys(hub)]) {
    if (!known.has(name)) throw new TypeError(errorTexts.unknownOption(name));
  }
  const filters = [...(server.filters ?? []), ...(hub.filters ?? [])];
  const resolved: ResolvedOptions = { ...defaults, ...given(server), ...given(hub), filters };
  const logger = safeLogger(resolved.logger);
  for (const name of positive) {
    const value: unknown = resolved[name];
    if (typeof value !== 'number' || !(value > 0)) throw new RangeError(errorTexts.notPositive(name));
  }
  for (const name of resolved.transports) {
    if (!transportNames.includes(name)) throw new RangeError(errorTexts.wrongTransport(name));
  }
  if (resolved.protocols.length === 0) throw new RangeError(errorTexts.noProtocols);
  return { ...resolved, logger };
}

/** An option that is undefined counts as not given. */
const given = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
