import {
  type ClaimsPrincipal,
  type ConnectionRequest,
  type Logger,
  MAXIMUM_TIME,
} from '@practical-signalr/server/scale-out';
import type { AccessTokenAlgorithm } from './endpoints/access-token.ts';
import type { EndpointRouter } from './endpoints/endpoint-router.ts';
import type { EndpointType } from './endpoints/service-endpoint.ts';
import type { TokenCredential } from './endpoints/token-credential.ts';
import { errors } from './errors.ts';

/** An instance of Azure SignalR Service: a connection string, or a URL with a credential. */
export type EndpointOptions = (
  | { readonly connectionString: string }
  | {
      readonly endpoint: string;
      readonly credential: TokenCredential;
      readonly clientEndpoint?: string;
      readonly serverEndpoint?: string;
    }
) & {
  /** The name in logs and for routers. Default: the host of the endpoint. */
  readonly name?: string;
  /**
   * Secondary endpoints receive clients only while no primary endpoint is online. Default:
   * `primary`.
   */
  readonly type?: EndpointType;
};

/**
 * The options of `azureSignalR`. All are optional; times are in ms.
 * Source: `ServiceOptions` of azure-signalr.
 */
export interface AzureSignalROptions {
  /**
   * The connection string of one instance of the service.
   * Default: the environment variable `Azure__SignalR__ConnectionString`.
   */
  readonly connectionString?: string;
  /** Several instances of the service, or one that is not described by a connection string. */
  readonly endpoints?: readonly (string | EndpointOptions)[];
  /**
   * Chooses the endpoints of clients and of messages. Default: clients go to a primary endpoint,
   * chosen by free capacity; messages go to all endpoints.
   */
  readonly router?: EndpointRouter;
  /** Separates apps that share an instance of the service. It becomes part of the hub's name. */
  readonly applicationName?: string;
  /**
   * The number of server connections for each hub and endpoint. They count as connections of the
   * service. Default: 5.
   */
  readonly initialHubServerConnectionCount?: number;
  /**
   * The maximum number of server connections for each hub and endpoint, including those that the
   * service requests. Default: no limit.
   */
  readonly maxHubServerConnectionCount?: number;
  /**
   * Whether the service routes clients to the server that they negotiated with. Default:
   * `Disabled`.
   */
  readonly serverStickyMode?: 'Disabled' | 'Preferred' | 'Required';
  /** The algorithm that signs tokens. Default: `HS256`. */
  readonly accessTokenAlgorithm?: AccessTokenAlgorithm;
  /**
   * How long the token that a client receives at negotiation is valid, in ms. It does not depend on
   * the lifetime of the token that the client sent to the app, as in Microsoft's SDK; see
   * `closeOnAuthenticationExpiration`. Default: 3,600,000 ms (one hour).
   */
  readonly accessTokenLifetime?: number;
  /**
   * Returns the claims that the client's token carries. Default: the claims of its user.
   * Source: `ClaimsProvider`.
   */
  readonly claimsProvider?: (
    user: ClaimsPrincipal | undefined,
    request: ConnectionRequest,
  ) => ClaimsPrincipal | undefined;
  /** Returns true if the service traces the client's messages. Source: `DiagnosticClientFilter`. */
  readonly diagnosticClientFilter?: (request: ConnectionRequest) => boolean;
  /** The maximum duration of a long poll, in ms. Default: chosen by the service. */
  readonly maxPollInterval?: number;
  /**
   * Closes a client when the token with which it negotiated expires.
   * Default: the option of the same name of the hub.
   */
  readonly closeOnAuthenticationExpiration?: boolean;
  /**
   * When clients move to another server without reconnecting: never (`Off`), if this server shuts
   * down (`ShutdownOnly`), or also if it is lost (`Any`). Default: `Off`.
   */
  readonly migrationLevel?: 'Off' | 'ShutdownOnly' | 'Any';
  /**
   * Whether the service keeps the connection of a client with `withStatefulReconnect()` while its
   * socket is lost. Default: the option of the same name of the hub.
   * Source: `ServiceOptions.AllowStatefulReconnects`.
   */
  readonly allowStatefulReconnects?: boolean;
  /**
   * What `close()` of the server does with clients: it closes them so that they reconnect (`Off`),
   * waits until they leave (`WaitForClientsClose`), or moves them to other servers
   * (`MigrateClients`).
   */
  readonly gracefulShutdown?: {
    readonly mode: 'Off' | 'WaitForClientsClose' | 'MigrateClients';
    /** The maximum time for this, in ms. Default: 30,000 ms. */
    readonly timeout?: number;
  };
  /** The maximum time for the handshake of a server connection. Default: 15,000 ms. */
  readonly serverHandshakeTimeout?: number;
  /**
   * A server connection is closed if the service sends nothing for this time. Default: 30,000 ms.
   */
  readonly serviceTimeout?: number;
  /**
   * Returns the time before the next attempt to connect, in ms. Default: 1 s, doubled after each
   * failure up to 32 s, then 60 s, plus up to 1 s at random. If the function throws or does not
   * return a time, this is logged, and the default is used.
   */
  readonly retryDelay?: (failures: number) => number;
  /** The environment variables to read settings from. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The logger of the SDK. Default: the logger of the server. */
  readonly logger?: Logger;
}

/** The options with their defaults. */
export type AzureSettings = AzureSignalROptions &
  Required<
    Pick<
      AzureSignalROptions,
      | 'initialHubServerConnectionCount'
      | 'maxHubServerConnectionCount'
      | 'serverStickyMode'
      | 'accessTokenAlgorithm'
      | 'accessTokenLifetime'
      | 'migrationLevel'
      | 'serverHandshakeTimeout'
      | 'serviceTimeout'
      | 'retryDelay'
    >
  > & { readonly gracefulShutdown: { readonly mode: ShutdownMode; readonly timeout: number } };

export type ShutdownMode = NonNullable<AzureSignalROptions['gracefulShutdown']>['mode'];

/**
 * Returns 1, 2, 4 … 32 s, then 60 s. Up to one random second is added, so that servers do not
 * reconnect at the same moment.
 */
export const defaultRetryDelay = (failures: number): number =>
  (failures <= 6 ? 1000 * 2 ** (failures - 1) : 60_000) + Math.random() * 1000;

const defaults = {
  initialHubServerConnectionCount: 5,
  maxHubServerConnectionCount: Number.POSITIVE_INFINITY,
  serverStickyMode: 'Disabled',
  accessTokenAlgorithm: 'HS256',
  accessTokenLifetime: 3_600_000,
  migrationLevel: 'Off',
  serverHandshakeTimeout: 15_000,
  serviceTimeout: 30_000,
  retryDelay: defaultRetryDelay,
} as const;

const optionsWithoutDefault = [
  'connectionString',
  'endpoints',
  'router',
  'applicationName',
  'claimsProvider',
  'diagnosticClientFilter',
  'maxPollInterval',
  'allowStatefulReconnects',
  'closeOnAuthenticationExpiration',
  'gracefulShutdown',
  'environment',
  'logger',
];
/** The allowed values of the options that have only a few. */
export const choices = {
  serverStickyMode: ['Disabled', 'Preferred', 'Required'],
  accessTokenAlgorithm: ['HS256', 'HS512'],
  migrationLevel: ['Off', 'ShutdownOnly', 'Any'],
} as const;
export const shutdownModes: readonly ShutdownMode[] = [
  'Off',
  'WaitForClientsClose',
  'MigrateClients',
];
const counts = ['initialHubServerConnectionCount', 'maxHubServerConnectionCount'] as const;
const times = [
  'accessTokenLifetime',
  'maxPollInterval',
  'serverHandshakeTimeout',
  'serviceTimeout',
] as const;
const MAXIMUM_CONNECTIONS = 1000;

/**
 * Returns the options with their defaults.
 * @throws {TypeError|RangeError} if an option is unknown (`ERR_SIGNALR_AZURE_UNKNOWN_OPTION`) or
 * its value impossible (`ERR_SIGNALR_AZURE_INVALID_OPTION`).
 */
export function resolveAzureOptions(options: AzureSignalROptions): AzureSettings {
  const known = new Set([...Object.keys(defaults), ...optionsWithoutDefault]);
  for (const name of Object.keys(options)) if (!known.has(name)) throw errors.unknownOption(name);
  const definedOptions = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  checkShutdown(options.gracefulShutdown);
  const gracefulShutdown = { mode: 'Off' as const, timeout: 30_000, ...options.gracefulShutdown };
  const settings: AzureSettings = { ...defaults, ...definedOptions, gracefulShutdown };
  for (const name of counts) {
    const value = settings[name];
    const isNoLimit = name === 'maxHubServerConnectionCount' && value === Number.POSITIVE_INFINITY;
    if (!isNoLimit && !(Number.isInteger(value) && value > 0 && value <= MAXIMUM_CONNECTIONS)) {
      throw errors.notACount(name, MAXIMUM_CONNECTIONS);
    }
  }
  for (const name of times) if (settings[name] !== undefined) checkTime(name, settings[name]);
  checkTime('gracefulShutdown.timeout', gracefulShutdown.timeout);
  for (const [name, list] of Object.entries(choices)) {
    if (!(list as readonly unknown[]).includes(settings[name as keyof typeof choices])) {
      throw errors.notAChoice(name, list);
    }
  }
  if (!shutdownModes.includes(gracefulShutdown.mode)) {
    throw errors.notAChoice('gracefulShutdown.mode', shutdownModes);
  }
  return settings;
}

function checkShutdown(value: unknown = {}): void {
  // Without this check, a misspelled member would have no effect until the app stops.
  const isObject = typeof value === 'object' && value !== null;
  if (isObject && Object.keys(value).every((name) => name === 'mode' || name === 'timeout')) return;
  throw errors.notAShutdown();
}

/**
 * @throws {RangeError} if `value` is not a time that a timer can wait
 * (`ERR_SIGNALR_AZURE_INVALID_OPTION`).
 */
export function checkTime(name: string, value: unknown): void {
  if (typeof value !== 'number' || !(value > 0 && value <= MAXIMUM_TIME)) {
    throw errors.notATime(name, MAXIMUM_TIME);
  }
}
