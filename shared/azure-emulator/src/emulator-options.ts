import { createPublicKey } from 'node:crypto';
import { errorTexts } from './error-texts.ts';
import type { UpstreamTemplate } from './serverless/upstream-template.ts';
import type { EntraIssuer } from './tokens/entra-check.ts';

/** The key and the port of the official emulator, so that documented connection strings work unchanged. */
export const DEFAULT_ACCESS_KEY = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH';
export const DEFAULT_PORT = 8888;
/** Connections that one unit of the service allows. */
export const CONNECTIONS_PER_UNIT = 1000;

/** Who answers clients: app servers, or HTTP endpoints. */
export type ServiceMode = 'Default' | 'Serverless';

/** Options of {@link startEmulator}; all are optional. Times in ms. */
export interface EmulatorOptions {
  /** Default 8888; 0 takes any free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: that of the official emulator. */
  readonly accessKey?: string;
  /** Default `Default`: app servers connect. With `Serverless` none may, and clients' calls go to `upstream`. */
  readonly serviceMode?: ServiceMode;
  /** Where clients' events go in serverless mode: a URL with `{hub}`, `{category}`, `{event}`, or several for some events each. */
  readonly upstream?: string | readonly UpstreamTemplate[];
  /** How long an upstream may take to answer. Default 100,000 ms. */
  readonly upstreamTimeout?: number;
  /** Connections of clients and servers together; who comes beyond gets 429. Default: what `units` allow. */
  readonly quota?: number;
  /** Units of 1,000 connections. Default: no limit. */
  readonly units?: number;
  /** How long everything takes through the service, each way. Default 0 ms. */
  readonly latency?: number;
  /** Cuts one server connection again and again, so many ms apart. Default 0: never. */
  readonly dropInterval?: number;
  /** Silence between pings to servers. Default 5,000 ms. */
  readonly pingInterval?: number;
  /** Whose Entra ID tokens servers and REST may bring in place of the access key. Default: nobody's. */
  readonly entra?: EntraIssuer;
  /** Where it reports, a line each. Default: nowhere. Keys and tokens never get here. */
  readonly log?: (line: string) => void;
}

/** The options with their defaults. */
export type ResolvedEmulatorOptions = Required<Omit<EmulatorOptions, 'upstream' | 'entra'>> & {
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
const others = ['upstream', 'entra', 'log'];
const times = {
  upstreamTimeout: 86_400_000,
  latency: 60_000,
  dropInterval: 86_400_000,
  pingInterval: 86_400_000,
} as const;

/** Refuses what is unknown or impossible with a sentence. */
export function resolveEmulatorOptions(options: EmulatorOptions): ResolvedEmulatorOptions {
  for (const name of Object.keys(options)) {
    if (!(name in defaults) && !others.includes(name))
      throw new TypeError(errorTexts.unknownOption(name));
  }
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  const upstream =
    typeof options.upstream === 'string' ? [{ urlTemplate: options.upstream }] : options.upstream;
  const resolved = {
    ...defaults,
    log: () => undefined,
    ...given,
    upstream: upstream ?? [],
  } as ResolvedEmulatorOptions;
  const { port, serviceMode, units, quota, accessKey } = resolved;
  if (!(Number.isInteger(port) && port >= 0 && port < 65_536))
    throw new RangeError(errorTexts.notAPort);
  if (serviceMode !== 'Default' && serviceMode !== 'Serverless')
    throw new RangeError(errorTexts.notAMode);
  if (serviceMode === 'Default' && resolved.upstream.length > 0)
    throw new RangeError(errorTexts.upstreamNeedsServerless);
  for (const { urlTemplate } of resolved.upstream) {
    if (!/^https?:\/\//.test(urlTemplate)) throw new TypeError(errorTexts.notAnUpstream);
  }
  if (resolved.entra !== undefined && !isIssuer(resolved.entra))
    throw new TypeError(errorTexts.notAnIssuer);
  if (accessKey === '') throw new RangeError(errorTexts.keyMissing);
  for (const [name, value] of Object.entries({ units, quota })) {
    if (!(value > 0)) throw new RangeError(errorTexts.notPositive(name));
  }
  for (const [name, most] of Object.entries(times)) {
    const value = resolved[name as keyof typeof times];
    if (!(value >= 0 && value <= most)) throw new RangeError(errorTexts.notATime(name, most));
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
