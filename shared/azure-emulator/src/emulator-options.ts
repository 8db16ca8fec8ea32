import { createPublicKey } from 'node:crypto';
import { errors } from './errors.ts';
import type { UpstreamTemplate } from './serverless/upstream-template.ts';
import type { EntraIssuer } from './tokens/entra-check.ts';

/** The access key of the official emulator, so that documented connection strings work. */
export const DEFAULT_ACCESS_KEY = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH';
/** The port of the official emulator. */
export const DEFAULT_PORT = 8888;
/** The maximum number of connections of one unit of the service. */
export const CONNECTIONS_PER_UNIT = 1000;

export const serviceModes = ['Default', 'Serverless'] as const;
/** Whether app servers serve the clients (`Default`), or HTTP endpoints (`Serverless`). */
export type ServiceMode = (typeof serviceModes)[number];

/** The options of {@link startEmulator}. All are optional; times are in ms. */
export interface EmulatorOptions {
  /** The port to listen on; 0 means any free port. Default: 8888. */
  readonly port?: number;
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /** The access key. Default: the key of the official emulator, which is public. */
  readonly accessKey?: string;
  /**
   * The mode of the service, case-insensitive. In `Serverless` mode, app servers cannot connect,
   * and the calls of clients are sent to `upstream`. Default: `Default`.
   */
  readonly serviceMode?: ServiceMode | Lowercase<ServiceMode>;
  /**
   * The HTTP endpoints for events of clients in serverless mode: a URL with `{hub}`, `{category}`
   * and `{event}`, or several templates. Default: none.
   */
  readonly upstream?: string | readonly UpstreamTemplate[];
  /** The maximum time for the response of an upstream endpoint. Default: 100,000 ms. */
  readonly upstreamTimeout?: number;
  /**
   * The maximum number of connections of clients and servers. Further connections are refused with
   * 429. Default: as many as `units` allow.
   */
  readonly quota?: number;
  /** The number of units, each of which allows 1,000 connections. Default: no limit. */
  readonly units?: number;
  /** The latency that the emulator adds in each direction. Default: 0 ms. */
  readonly latency?: number;
  /**
   * The time after which the emulator drops a server connection, repeatedly. Default: 0, which
   * means never.
   */
  readonly dropInterval?: number;
  /** The time between pings to servers. Default: 5,000 ms. */
  readonly pingInterval?: number;
  /**
   * The issuer of Entra ID tokens that are accepted from servers and for REST instead of the access
   * key. Default: none.
   */
  readonly entra?: EntraIssuer;
  /**
   * The origins of pages that may connect as clients, in addition to those of this machine, for
   * example `http://app.example:3000`. Default: none.
   */
  readonly allowedOrigins?: readonly string[];
  /** Called for each line of the log. The log contains neither keys nor tokens. Default: no log. */
  readonly log?: (line: string) => void;
}

/** The options with their defaults. */
export type ResolvedEmulatorOptions = Required<
  Omit<EmulatorOptions, 'upstream' | 'entra' | 'serviceMode'>
> & {
  readonly serviceMode: ServiceMode;
  readonly entra?: EntraIssuer;
  readonly upstream: readonly UpstreamTemplate[];
};

export const defaults = {
  port: DEFAULT_PORT,
  host: '127.0.0.1',
  accessKey: DEFAULT_ACCESS_KEY,
  serviceMode: 'Default',
  upstreamTimeout: 100_000,
  quota: Infinity,
  units: Infinity,
  latency: 0,
  dropInterval: 0,
  pingInterval: 5000,
} as const;
const optionsWithoutDefault = ['upstream', 'entra', 'allowedOrigins', 'log'];
const times = {
  upstreamTimeout: 86_400_000,
  latency: 60_000,
  dropInterval: 86_400_000,
  pingInterval: 86_400_000,
} as const;

/**
 * Returns the options with their defaults.
 * @throws {TypeError|RangeError} if an option is unknown (`ERR_SIGNALR_EMULATOR_UNKNOWN_OPTION`) or
 * its value impossible (`ERR_SIGNALR_EMULATOR_INVALID_OPTION`).
 */
export function resolveEmulatorOptions(options: EmulatorOptions): ResolvedEmulatorOptions {
  for (const name of Object.keys(options)) {
    if (!(name in defaults) && !optionsWithoutDefault.includes(name))
      throw errors.unknownOption(name);
  }
  const definedOptions = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  const upstream =
    typeof options.upstream === 'string' ? [{ urlTemplate: options.upstream }] : options.upstream;
  const resolved = {
    ...defaults,
    log: () => undefined,
    allowedOrigins: [],
    ...definedOptions,
    serviceMode: readServiceMode(options.serviceMode),
    upstream: upstream ?? [],
  } as ResolvedEmulatorOptions;
  const { port, serviceMode, units, quota, accessKey } = resolved;
  if (!(Number.isInteger(port) && port >= 0 && port < 65_536)) throw errors.notAPort();
  if (serviceMode === 'Default' && resolved.upstream.length > 0)
    throw errors.upstreamNeedsServerless();
  for (const { urlTemplate } of resolved.upstream) {
    if (!/^https?:\/\//.test(urlTemplate)) throw errors.notAnUpstream();
  }
  if (!Array.isArray(resolved.allowedOrigins) || !resolved.allowedOrigins.every(isOrigin))
    throw errors.notOrigins();
  if (resolved.entra !== undefined && !isIssuer(resolved.entra)) throw errors.notAnIssuer();
  if (accessKey === '') throw errors.keyMissing();
  for (const [name, value] of Object.entries({ units, quota })) {
    if (!(value > 0)) throw errors.notPositive(name);
  }
  for (const [name, max] of Object.entries(times)) {
    const value = resolved[name as keyof typeof times];
    if (!(value >= 0 && value <= max)) throw errors.notATime(name, max);
  }
  return { ...resolved, quota: Math.min(quota, units * CONNECTIONS_PER_UNIT) };
}

function isIssuer({ issuer, publicKey }: EntraIssuer): boolean {
  try {
    return issuer !== '' && createPublicKey(publicKey).type === 'public';
  } catch {
    return false;
  }
}

function readServiceMode(value: unknown = 'Default'): ServiceMode {
  const name = String(value).toLowerCase();
  const mode = serviceModes.find((each) => each.toLowerCase() === name);
  if (mode === undefined) throw errors.notAMode();
  return mode;
}

const isOrigin = (value: unknown): boolean =>
  typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value;
