import { createSecretKey, type KeyObject } from 'node:crypto';
import { errors } from '../../errors.ts';

/**
 * Options of signed connection tokens. With them, a WebSocket may be opened on another server than
 * the one that negotiated it.
 * @example
 * new SignalRServer({ connectionTokens: { keys: [process.env.CONNECTION_TOKEN_KEY] } });
 */
export interface ConnectionTokenOptions {
  /**
   * Secrets of at least 32 bytes, the same on all servers. The first one signs, all are accepted.
   * To replace a key, add the new one at the end on all servers, then move it to the front.
   */
  readonly keys: readonly string[];
  /**
   * The time limit between negotiation and the WebSocket, in ms, at most 300,000.
   * Default: 15,000.
   */
  readonly lifetime?: number;
}

/** The validated options. A `KeyObject` does not show its secret when it is printed. */
export interface ResolvedConnectionTokenOptions {
  readonly keys: readonly KeyObject[];
  readonly lifetime: number;
}

/** The minimum length of a key in bytes: that of the hash. Source: RFC 7518, section 3.2. */
const MINIMUM_KEY_LENGTH = 32;
/**
 * The default time limit between negotiation and the WebSocket, in ms, like `disconnectTimeout`.
 */
export const CONNECTION_TOKEN_LIFETIME = 15_000;
/** The maximum lifetime in ms. Used tokens are remembered until they expire. */
const MAXIMUM_LIFETIME = 300_000;

/** Validates the options. Error messages never contain a key. */
export function resolveConnectionTokens(
  options: ConnectionTokenOptions,
): ResolvedConnectionTokenOptions {
  const { keys, lifetime = CONNECTION_TOKEN_LIFETIME, ...others } = options;
  if (!Array.isArray(keys) || keys.length === 0) throw errors.connectionTokenKeysMissing();
  for (const name of Object.keys(others)) throw errors.unknownOption(`connectionTokens.${name}`);
  if (typeof lifetime !== 'number' || !(lifetime > 0 && lifetime <= MAXIMUM_LIFETIME)) {
    throw errors.connectionTokenLifetimeInvalid(MAXIMUM_LIFETIME);
  }
  return { keys: keys.map((key: unknown, i) => createSecret(key, i + 1)), lifetime };
}

function createSecret(key: unknown, position: number): KeyObject {
  // Public keys are refused, because everyone who has one could sign tokens.
  if (
    typeof key !== 'string' ||
    Buffer.byteLength(key) < MINIMUM_KEY_LENGTH ||
    key.includes('-----BEGIN')
  ) {
    throw errors.connectionTokenKeyInvalid(position);
  }
  return createSecretKey(Buffer.from(key));
}
