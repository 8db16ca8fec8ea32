import type { ClaimsPrincipal, NegotiatedHub } from '@practical-signalr/server/scale-out';
import { transportDefinitions } from '@practical-signalr/server/transports';
import {
  type Claims,
  longClaimTypes,
  shortClaimTypes,
  SYSTEM_CLAIM_PREFIX,
  USER_CLAIM_PREFIX,
} from '../service-protocol/index.ts';

/** The settings that the token carries for the service. */
export interface ClientTokenSettings {
  /** The server that serves the client. Undefined if any server may serve it. */
  readonly sticky?:
    | { readonly serverId: string; readonly mode: 'Preferred' | 'Required' }
    | undefined;
  readonly isDiagnosticClient: boolean;
  readonly endpointCount: number;
  /** The maximum duration of a long poll, in seconds. */
  readonly maximumPollInterval?: number | undefined;
  readonly closeOnAuthenticationExpiration: boolean;
}

/** Claims with a meaning of their own in a JWT. */
const jwtNames = new Set('aud exp iat nbf iss actort acr azp c_hash jti nonce'.split(' '));
const numericNames = new Set(['exp', 'iat', 'nbf', 'auth_time']);
/**
 * The service converts all claims to strings. Values of other types are sent as JSON in this claim.
 */
const JSON_CLAIM = `${SYSTEM_CLAIM_PREFIX}json`;
/**
 * The path at which the client negotiated. The path in the URL of the service is not signed, and
 * only this one was authorized.
 */
const PATH_CLAIM = `${SYSTEM_CLAIM_PREFIX}path`;
const DEFAULT_HANDSHAKE_TIMEOUT = 15_000;
const MAXIMUM_HANDSHAKE_TIMEOUT = 30_000;

/** Returns the claim that lets a client open only the path at which it negotiated. */
export const pathClaim = (path: string): Record<string, string> => ({ [PATH_CLAIM]: path });

/** Returns the claims of a client's token: first those for the service, then those of the user. */
export function clientClaims(
  user: ClaimsPrincipal | undefined,
  hub: NegotiatedHub,
  settings: ClientTokenSettings,
): Record<string, unknown> {
  const claims: Record<string, unknown> = {};
  const system = (name: string, value: string | undefined): void => {
    if (value !== undefined) claims[SYSTEM_CLAIM_PREFIX + name] = value;
  };
  const { handshakeTimeout: timeout, transports } = hub;
  const expires = user?.['exp'];
  const isTimeoutSent =
    timeout !== DEFAULT_HANDSHAKE_TIMEOUT &&
    timeout >= 1000 &&
    timeout <= MAXIMUM_HANDSHAKE_TIMEOUT;
  system('uid', hub.userIdentifier);
  system('sn', settings.sticky?.serverId);
  system('ssticky', settings.sticky?.mode);
  system('dc', settings.isDiagnosticClient ? 'true' : undefined);
  system('cht', isTimeoutSent ? String(Math.round(timeout / 1000)) : undefined);
  system('secn', settings.endpointCount > 1 ? String(settings.endpointCount) : undefined);
  system('derror', hub.enableDetailedErrors ? 'True' : undefined);
  system(
    'ttl',
    settings.maximumPollInterval === undefined ? undefined : String(settings.maximumPollInterval),
  );
  const allowedTransports = transportDefinitions.filter(({ name }) =>
    transports.some((allowed) => allowed === name),
  );
  const flags = allowedTransports.reduce((sum, { flag }) => sum | flag, 0);
  const isEveryTransport = allowedTransports.length === transportDefinitions.length;
  system('htt', isEveryTransport ? undefined : String(flags));
  if (settings.closeOnAuthenticationExpiration && typeof expires === 'number') {
    system('coae', 'true');
    system('aeo', String(expires));
  }
  return user === undefined ? claims : { ...claims, ...userClaims(user) };
}

function userClaims(user: ClaimsPrincipal): Record<string, unknown> {
  const claims: Record<string, unknown> = {};
  const jsonValues: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(user)) {
    if (value === undefined || value === null || typeof value === 'function') continue;
    const isStringClaim =
      typeof value === 'string' ||
      (Array.isArray(value) && value.length > 1 && value.every(isString));
    if (!isStringClaim && !numericNames.has(name)) jsonValues[name] = value;
    else claims[wireName(name)] = isStringClaim ? value : JSON.stringify(value);
  }
  if (Object.keys(jsonValues).length > 0) claims[JSON_CLAIM] = JSON.stringify(jsonValues);
  return claims;
}

const isString = (value: unknown): boolean => typeof value === 'string';

/**
 * Returns the name of a user's claim in the token. The service expands short claim names to URIs.
 * Names whose expansion cannot be reversed are prefixed, so that the service leaves them alone.
 */
function wireName(name: string): string {
  const long = longClaimTypes.get(name);
  const isExpandedDifferently = long !== undefined && shortClaimTypes.get(long) !== name;
  const isReserved =
    jwtNames.has(name) ||
    name.startsWith(SYSTEM_CLAIM_PREFIX) ||
    name.startsWith(USER_CLAIM_PREFIX);
  return isReserved || isExpandedDifferently ? USER_CLAIM_PREFIX + name : name;
}

/** The identity of a client, as the service reports it when the client opens. */
export interface OpenedClient {
  readonly user: ClaimsPrincipal | undefined;
  readonly userIdentifier: string | undefined;
  /**
   * The path at which the client negotiated. Undefined if the token was created by Microsoft's SDK
   * or without a request.
   */
  readonly path: string | undefined;
  /** When the server closes the client, in ms since the epoch. */
  readonly expiresAt: number | undefined;
}

/**
 * Returns the user of a client from the claims that the service sends, under the names that the app
 * used.
 */
export function openedClient(claims: Claims): OpenedClient {
  const values = new Map<string, string | string[]>();
  const system = new Map<string, string>();
  for (const [longName, value] of claims) {
    if (longName.startsWith(SYSTEM_CLAIM_PREFIX))
      system.set(longName.slice(SYSTEM_CLAIM_PREFIX.length), value);
    else if (!jwtNames.has(longName)) {
      const isPrefixed = longName.startsWith(USER_CLAIM_PREFIX);
      const name = isPrefixed
        ? longName.slice(USER_CLAIM_PREFIX.length)
        : (shortClaimTypes.get(longName) ?? longName);
      const previous = values.get(name);
      if (previous === undefined) values.set(name, value);
      else if (typeof previous === 'string') values.set(name, [previous, value]);
      else previous.push(value);
    }
  }
  const jsonValues = jsonClaims(system.get('json'));
  const user = Object.fromEntries(
    [...values].map(([name, value]) => [name, numericNames.has(name) ? Number(value) : value]),
  );
  Object.assign(user, jsonValues);
  const expires = system.get('coae') === 'true' ? Number(system.get('aeo')) * 1000 : Number.NaN;
  return {
    user: Object.keys(user).length === 0 ? undefined : user,
    userIdentifier: system.get('uid'),
    path: system.get('path'),
    expiresAt: Number.isFinite(expires) ? expires : undefined,
  };
}

function jsonClaims(json: string | undefined): Record<string, unknown> {
  if (json === undefined) return {};
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    return {}; // The claim was not written by this SDK.
  }
}
