import type {
  ClaimsPrincipal,
  ConnectionRequest,
  Logger,
} from '@practical-signalr/server/scale-out';
import type { AccessTokenAlgorithm } from './endpoints/access-token.ts';
import type { EndpointRouter } from './endpoints/endpoint-router.ts';
import type { EndpointType } from './endpoints/service-endpoint.ts';
import type { TokenCredential } from './endpoints/token-credential.ts';
import { errorTexts } from './error-texts.ts';

/** An instance of Azure SignalR Service: by its connection string, or by its URL and a credential. */
export type EndpointOptions = (
  | { readonly connectionString: string }
  | {
      readonly endpoint: string;
      readonly credential: TokenCredential;
      readonly clientEndpoint?: string;
      readonly serverEndpoint?: string;
    }
) & {
  /** Shown in logs and to routers. */
  readonly name?: string;
  /** Default `primary`. A secondary endpoint takes clients only while no primary is online. */
  readonly type?: EndpointType;
};

/** Options of `azureSignalR`; all are optional. Times in ms. Source: `ServiceOptions` of azure-signalr. */
export interface AzureSignalROptions {
  /** Default: the environment variable `Azure__SignalR__ConnectionString`. */
  readonly connectionString?: string;
  /** Several instances of the service; or one without a connection string. */
  readonly endpoints?: readonly (string | EndpointOptions)[];
  /** Chooses among endpoints. Default: a primary one for clients, by its free capacity; all of them for messages. */
  readonly router?: EndpointRouter;
  /** Keeps apps apart that share an instance of the service. */
  readonly applicationName?: string;
  /** Server connections to keep for each hub and endpoint. Default 5; they count as connections of the service. */
  readonly initialHubServerConnectionCount?: number;
  /** Server connections that the service may ask for, for each hub and endpoint. Default: no limit. */
  readonly maxHubServerConnectionCount?: number;
  /** Whether clients come to the server that they negotiated with. Default `Disabled`. */
  readonly serverStickyMode?: 'Disabled' | 'Preferred' | 'Required';
  /** Default `HS256`. */
  readonly accessTokenAlgorithm?: AccessTokenAlgorithm;
  /** How long a client has to use its token. Default one hour, in ms. */
  readonly accessTokenLifetime?: number;
  /** The claims that go along with a client. Default: those of its user. Source: `ClaimsProvider`. */
  readonly claimsProvider?: (
    user: ClaimsPrincipal | undefined,
    request: ConnectionRequest,
  ) => ClaimsPrincipal | undefined;
  /** Clients for which the service traces messages. Source: `DiagnosticClientFilter`. */
  readonly diagnosticClientFilter?: (request: ConnectionRequest) => boolean;
  /** How long the service may hold a long poll, in ms. Default: the service's own. */
  readonly maxPollInterval?: number;
  /** Closes clients when the token expires that they negotiated with. Default: the option of the hub with this name. */
  readonly closeOnAuthenticationExpiration?: boolean;
  /** Whether clients move to another server without reconnecting: never, when this one shuts down, or when it is lost too. Default `Off`. */
  readonly migrationLevel?: 'Off' | 'ShutdownOnly' | 'Any';
  /**
   * Whether the service may keep a client's connection while its socket is away, for clients with `withStatefulReconnect()`. Default:
   * the option of the hub with this name. Source: `ServiceOptions.AllowStatefulReconnects`.
   */
  readonly allowStatefulReconnects?: boolean;
  /** What `close()` of the server does with clients: they are told to reconnect (`Off`), leave by themselves, or are moved. */
  readonly gracefulShutdown?: {
    readonly mode: 'Off' | 'WaitForClientsClose' | 'MigrateClients';
    /** Default 30,000 ms. */
    readonly timeout?: number;
  };
  /** Time for the handshake of a server connection. Default 15,000 ms. */
  readonly serverHandshakeTimeout?: number;
  /** Silence of the service after which a server connection is given up. Default 30,000 ms. */
  readonly serviceTimeout?: number;
  /** Time in ms before a try to connect again. Default: 1 s doubled after each failure up to 32 s, then 60 s. */
  readonly retryDelay?: (failures: number) => number;
  /** Where connection strings and settings are looked up. Default `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where the SDK reports. Default: the server's logger. */
  readonly logger?: Logger;
}

/** All settings of one hub's connections, none missing. */
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

/** 2^k seconds after failure k and up to a second more, so that servers do not come all at once; later a minute. */
const retryDelay = (failures: number): number =>
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
  retryDelay,
} as const;

const others = [
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
/** Where only some words are allowed. */
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
/** Beyond it a timer of Node.js fires at once. */
const MOST_TIME = 2_147_483_647;
const MOST_CONNECTIONS = 1000;

/** The defaults, overridden by `options`. Refuses what is unknown or impossible with a sentence. */
export function resolveAzureOptions(options: AzureSignalROptions): AzureSettings {
  const known = new Set([...Object.keys(defaults), ...others]);
  for (const name of Object.keys(options))
    if (!known.has(name)) throw new TypeError(errorTexts.unknownOption(name));
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  refuseNoShutdown(options.gracefulShutdown);
  const gracefulShutdown = { mode: 'Off' as const, timeout: 30_000, ...options.gracefulShutdown };
  const settings: AzureSettings = { ...defaults, ...given, gracefulShutdown };
  for (const name of counts) {
    const value = settings[name];
    const isNoLimit = name === 'maxHubServerConnectionCount' && value === Number.POSITIVE_INFINITY;
    if (!isNoLimit && !(Number.isInteger(value) && value > 0 && value <= MOST_CONNECTIONS)) {
      throw new RangeError(errorTexts.notACount(name, MOST_CONNECTIONS));
    }
  }
  for (const name of times) if (settings[name] !== undefined) refuseNoTime(name, settings[name]);
  refuseNoTime('gracefulShutdown.timeout', gracefulShutdown.timeout);
  for (const [name, list] of Object.entries(choices)) {
    if (!(list as readonly unknown[]).includes(settings[name as keyof typeof choices])) {
      throw new RangeError(errorTexts.notAChoice(name, list));
    }
  }
  if (!shutdownModes.includes(gracefulShutdown.mode)) {
    throw new RangeError(errorTexts.notAChoice('gracefulShutdown.mode', shutdownModes));
  }
  return settings;
}

function refuseNoShutdown(value: unknown = {}): void {
  // A misspelled mode would go unseen until the app stops.
  const isObject = typeof value === 'object' && value !== null;
  if (isObject && Object.keys(value).every((name) => name === 'mode' || name === 'timeout')) return;
  throw new TypeError(errorTexts.notAShutdown);
}

/** @throws {RangeError} a sentence where `value` is no time that a timer could wait. */
export function refuseNoTime(name: string, value: unknown): void {
  if (typeof value !== 'number' || !(value > 0 && value <= MOST_TIME)) {
    throw new RangeError(errorTexts.notATime(name, MOST_TIME));
  }
}
