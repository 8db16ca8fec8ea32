import type { ClaimsPrincipal, NegotiatedHub } from '@practical-signalr/server/scale-out';
import { transportDefinitions } from '@practical-signalr/server/transports';
import {
  type Claims,
  longClaimTypes,
  shortClaimTypes,
  SYSTEM_CLAIM_PREFIX,
  USER_CLAIM_PREFIX,
} from '../service-protocol/index.ts';

/** What the token tells the service beside the user's claims. */
export interface ClientTokenSettings {
  /** Undefined: any server may serve the client. */
  readonly sticky?:
    | { readonly serverId: string; readonly mode: 'Preferred' | 'Required' }
    | undefined;
  readonly isDiagnosticClient: boolean;
  readonly endpointCount: number;
  /** Seconds of a long poll at most. */
  readonly maximumPollInterval?: number | undefined;
  readonly closeOnAuthenticationExpiration: boolean;
}

/** Names that have a meaning of their own in a JWT. */
const jwtNames = new Set('aud exp iat nbf iss actort acr azp c_hash jti nonce'.split(' '));
const numericNames = new Set(['exp', 'iat', 'nbf', 'auth_time']);
/** Claims that are not text come back from the service as text, so they travel a second time as JSON. */
const JSON_CLAIM = `${SYSTEM_CLAIM_PREFIX}json`;
const DEFAULT_HANDSHAKE_TIMEOUT = 15_000;
const MOST_HANDSHAKE_TIMEOUT = 30_000;

/** The claims of a client's token: first those for the service, then the user's. */
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
  const isTimeoutTold =
    timeout !== DEFAULT_HANDSHAKE_TIMEOUT && timeout >= 1000 && timeout <= MOST_HANDSHAKE_TIMEOUT;
  system('uid', hub.userIdentifier);
  system('sn', settings.sticky?.serverId);
  system('ssticky', settings.sticky?.mode);
  system('dc', settings.isDiagnosticClient ? 'true' : undefined);
  system('cht', isTimeoutTold ? String(Math.round(timeout / 1000)) : undefined);
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
  const others: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(user)) {
    if (value === undefined || value === null || typeof value === 'function') continue;
    const isText =
      typeof value === 'string' ||
      (Array.isArray(value) && value.length > 1 && value.every(isString));
    if (!isText && !numericNames.has(name)) others[name] = value;
    else claims[onWire(name)] = isText ? value : JSON.stringify(value);
  }
  if (Object.keys(others).length > 0) claims[JSON_CLAIM] = JSON.stringify(others);
  return claims;
}

const isString = (value: unknown): boolean => typeof value === 'string';

/** The service gives a long name to a short one; where that cannot be taken back, the name is hidden from it. */
function onWire(name: string): string {
  const long = longClaimTypes.get(name);
  const isChanged = long !== undefined && shortClaimTypes.get(long) !== name;
  const isTaken =
    jwtNames.has(name) ||
    name.startsWith(SYSTEM_CLAIM_PREFIX) ||
    name.startsWith(USER_CLAIM_PREFIX);
  return isTaken || isChanged ? USER_CLAIM_PREFIX + name : name;
}

/** A client as the service has introduced it. */
export interface OpenedClient {
  readonly user: ClaimsPrincipal | undefined;
  readonly userIdentifier: string | undefined;
  /** When the client is to be closed, ms since the epoch. */
  readonly expiresAt: number | undefined;
}

/** The user behind the claims that the service tells, under the names that the app has signed. */
export function openedClient(claims: Claims): OpenedClient {
  const found = new Map<string, string | string[]>();
  const system = new Map<string, string>();
  for (const [wireName, value] of claims) {
    if (wireName.startsWith(SYSTEM_CLAIM_PREFIX))
      system.set(wireName.slice(SYSTEM_CLAIM_PREFIX.length), value);
    else if (!jwtNames.has(wireName)) {
      const isHidden = wireName.startsWith(USER_CLAIM_PREFIX);
      const name = isHidden
        ? wireName.slice(USER_CLAIM_PREFIX.length)
        : (shortClaimTypes.get(wireName) ?? wireName);
      const before = found.get(name);
      if (before === undefined) found.set(name, value);
      else if (typeof before === 'string') found.set(name, [before, value]);
      else before.push(value);
    }
  }
  const others = jsonClaims(system.get('json'));
  const user = Object.fromEntries(
    [...found].map(([name, value]) => [name, numericNames.has(name) ? Number(value) : value]),
  );
  Object.assign(user, others);
  const expires = system.get('coae') === 'true' ? Number(system.get('aeo')) * 1000 : Number.NaN;
  return {
    user: Object.keys(user).length === 0 ? undefined : user,
    userIdentifier: system.get('uid'),
    expiresAt: Number.isFinite(expires) ? expires : undefined,
  };
}

function jsonClaims(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {}; // not ours
  }
}
