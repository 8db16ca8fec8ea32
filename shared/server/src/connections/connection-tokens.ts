import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { ResolvedConnectionTokenOptions } from './connection-token-options.ts';

/** Longer text is none of our tokens: they have about 250 characters. */
const LONGEST_TOKEN = 1024;
/** Used tokens that are remembered; while there are so many, no token of another server is taken. */
const MAXIMUM_USED = 262_144;

/** A token and its end in ms since the epoch. */
export interface SignedToken {
  readonly token: string;
  readonly expiresAt: number;
}

/** What a good token says. */
export interface SignedConnection extends SignedToken {
  readonly connectionId: string;
  readonly useStatefulReconnect: boolean;
  /** Whether it was given to this user; undefined: to nobody that is known. */
  isOf(user: string | undefined): boolean;
}

/**
 * Connection tokens of one path that any server with the same keys can read: JWTs (RFC 7519) with HS256. Each path has keys of its own,
 * derived (RFC 5869): a token is good at no other path, and never counts as an access token though the secret be the same. It needs
 * no end of the user's authentication, since each request is authenticated again.
 */
export class ConnectionTokens {
  readonly #keys: readonly KeyObject[];
  readonly #lifetime: number;
  /** Connection ids of used tokens, and until when (ms since the epoch) they are remembered: who comes later stays longer. */
  readonly #used = new Map<string, number>();
  #latest = 0;

  constructor({ keys, lifetime }: ResolvedConnectionTokenOptions, path: string) {
    const info = `practical-signalr connection token ${path}`;
    this.#keys = keys.map((key) =>
      createSecretKey(Buffer.from(hkdfSync('sha256', key, '', info, 32))),
    );
    this.#lifetime = lifetime;
  }

  /** A token for the connection of a user. The user is not readable in it: it stands in URLs. */
  create(
    connectionId: string,
    user: string | undefined,
    useStatefulReconnect: boolean,
  ): SignedToken {
    const key = this.#keys[0] as KeyObject;
    const expiresAt = Date.now() + this.#lifetime;
    const claims = {
      jti: connectionId,
      exp: expiresAt / 1000,
      ...(user === undefined ? {} : { sub: digest(key, connectionId, user) }),
      ...(useStatefulReconnect ? { useStatefulReconnect } : {}),
    };
    return { token: jwt.sign(claims, key, { algorithm: 'HS256', noTimestamp: true }), expiresAt };
  }

  /** What a token says; undefined for one that is not ours, is over, or was used here by a connection that has ended. */
  read(token: string): SignedConnection | undefined {
    if (token.length > LONGEST_TOKEN) return undefined;
    for (const key of this.#keys) {
      const claims = verified(token, key);
      if (claims === undefined) continue;
      const { jti, exp, sub, useStatefulReconnect } = claims;
      if (typeof jti !== 'string' || typeof exp !== 'number' || this.#isUsed(jti)) return undefined;
      return {
        token,
        connectionId: jti,
        useStatefulReconnect: useStatefulReconnect === true,
        expiresAt: exp * 1000,
        isOf: (user) => sub === (user === undefined ? undefined : digest(key, jti, user)),
      };
    }
    return undefined;
  }

  /** Whether no more can be remembered for now. */
  get isFull(): boolean {
    this.removeExpired();
    return this.#used.size >= MAXIMUM_USED;
  }

  /** The token of a connection that has ended is good for no other. */
  used(connectionId: string, expiresAt: number): void {
    if (expiresAt <= Date.now()) return;
    this.#latest = Math.max(this.#latest, expiresAt);
    this.#used.set(connectionId, this.#latest);
    if (this.#used.size <= MAXIMUM_USED) return;
    // The oldest is over before there is room again, and until then no token is taken.
    for (const oldest of this.#used.keys()) return void this.#used.delete(oldest);
  }

  /** Forgets used tokens that have come to their end. */
  removeExpired(): void {
    const now = Date.now();
    for (const [connectionId, until] of this.#used) {
      if (until > now) return;
      this.#used.delete(connectionId);
    }
  }

  #isUsed(connectionId: string): boolean {
    return (this.#used.get(connectionId) ?? 0) > Date.now();
  }
}

/** The claims of a token that is signed with the key and not over. The library compares in constant time. */
function verified(token: string, key: KeyObject): jwt.JwtPayload | undefined {
  try {
    const claims = jwt.verify(token, key, {
      algorithms: ['HS256'],
      clockTimestamp: Date.now() / 1000,
    });
    return typeof claims === 'string' ? undefined : claims;
  } catch {
    return undefined; // its text may quote the token
  }
}

const digest = (key: KeyObject, connectionId: string, user: string): string =>
  createHmac('sha256', key).update(`${connectionId} ${user}`).digest('base64url');
