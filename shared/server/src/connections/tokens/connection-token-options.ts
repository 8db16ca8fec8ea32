import { createSecretKey, type KeyObject } from 'node:crypto';
import { errors } from '../../errors.ts';

/**
 * Signed connection tokens: a WebSocket may be opened on another server than the one that negotiated it.
 * @example
 * new SignalRServer({ connectionTokens: { keys: [process.env.CONNECTION_TOKEN_KEY] } });
 */
export interface ConnectionTokenOptions {
  /** Secrets of at least 32 bytes, the same on all servers. The first signs, all are accepted: put a new one last, then first. */
  readonly keys: readonly string[];
  /** Time in ms between negotiation and the WebSocket. Default 15,000 ms, at most 300,000. */
  readonly lifetime?: number;
}

/** The same, checked; a `KeyObject` shows nothing when it is printed. */
export interface ResolvedConnectionTokenOptions {
  readonly keys: readonly KeyObject[];
  readonly lifetime: number;
}

/** RFC 7518 section 3.2: a secret has at least as many bytes as the hash. */
const SHORTEST_KEY = 32;
/** Default time in ms between negotiation and the WebSocket: that of `disconnectTimeout`. */
export const CONNECTION_TOKEN_LIFETIME = 15_000;
/** A used token is remembered until it ends, so it must end soon. */
const LONGEST_LIFETIME = 300_000;

/** Refuses what cannot work with a sentence, without a key in it. */
export function resolveConnectionTokens(
  options: ConnectionTokenOptions,
): ResolvedConnectionTokenOptions {
  const { keys, lifetime = CONNECTION_TOKEN_LIFETIME, ...others } = options;
  if (!Array.isArray(keys) || keys.length === 0) throw errors.connectionTokenKeysMissing();
  for (const name of Object.keys(others)) throw errors.unknownOption(`connectionTokens.${name}`);
  if (typeof lifetime !== 'number' || !(lifetime > 0 && lifetime <= LONGEST_LIFETIME)) {
    throw errors.connectionTokenLifetimeInvalid(LONGEST_LIFETIME);
  }
  return { keys: keys.map((key: unknown, i) => secretOf(key, i + 1)), lifetime };
}

function secretOf(key: unknown, position: number): KeyObject {
  // Whoever has a public key could sign with it.
  if (
    typeof key !== 'string' ||
    Buffer.byteLength(key) < SHORTEST_KEY ||
    key.includes('-----BEGIN')
  ) {
    throw errors.connectionTokenKeyInvalid(position);
  }
  return createSecretKey(Buffer.from(key));
}
