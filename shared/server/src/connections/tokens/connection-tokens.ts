import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { ResolvedConnectionTokenOptions } from './connection-token-options.ts';
import type {
  IssuedToken,
  IssuedConnection,
  TokenRequest,
  TokenSource,
  UnopenedConnection,
} from './token-source.ts';
import { UsedTokens } from './used-tokens.ts';

/** The maximum length of a token. Valid tokens have about 300 characters. */
const MAXIMUM_LENGTH = 1024;

/** The claims of a valid token, with the key that signed it. */
interface VerifiedToken {
  readonly key: KeyObject;
  readonly claims: jwt.JwtPayload;
}

/**
 * Connection tokens of one path that every server with the same keys can read: JWTs (RFC 7519) with
 * HS256. The keys are derived for each path (RFC 5869), so a token is valid at no other path, and
 * it is never a valid access token, even if the application uses the same secret for both. A token
 * does not contain when the user's authentication expires, because each request is authenticated
 * again.
 */
export class ConnectionTokens implements TokenSource {
  readonly #keys: readonly KeyObject[];
  readonly #lifetime: number;
  readonly #issuer: string;
  readonly #used = new UsedTokens();
  /** The content of the token that was read last: a request reads its token several times. */
  #lastRead: { readonly token: string; readonly verified: VerifiedToken | undefined } | undefined;
  #lastSerial = 0;

  /** `issuer` identifies this process. Serial numbers are unique for each issuer. */
  constructor(
    { keys, lifetime }: ResolvedConnectionTokenOptions,
    path: string,
    issuer = randomBytes(8).toString('base64url'),
  ) {
    this.#issuer = issuer;
    const info = `practical-signalr connection token ${path}`;
    this.#keys = keys.map((key) =>
      createSecretKey(Buffer.from(hkdfSync('sha256', key, '', info, 32))),
    );
    this.#lifetime = lifetime;
  }

  /** How long a token is valid, in ms. */
  get lifetime(): number {
    return this.#lifetime;
  }

  get isFull(): boolean {
    return this.#used.isFull;
  }

  /** Creates a token. It appears in URLs, so it contains only a hash of the user. */
  create({ user, useStatefulReconnect }: TokenRequest): IssuedToken {
    const key = this.#keys[0] as KeyObject;
    const connectionId = randomBytes(16).toString('base64url');
    this.#lastSerial++;
    const claims = {
      jti: connectionId,
      iss: this.#issuer,
      serial: this.#lastSerial,
      exp: (Date.now() + this.#lifetime) / 1000,
      ...(user === undefined ? {} : { sub: digest(key, connectionId, user) }),
      ...(useStatefulReconnect ? { useStatefulReconnect } : {}),
    };
    const token = jwt.sign(claims, key, { algorithm: 'HS256', noTimestamp: true });
    return { connectionId, token };
  }

  read(token: string): UnopenedConnection | undefined {
    const verified = this.#verify(token);
    if (verified === undefined) return undefined;
    const { key, claims } = verified;
    const { jti, iss, exp, sub, useStatefulReconnect } = claims;
    const serial: unknown = claims['serial'];
    if (typeof jti !== 'string' || typeof iss !== 'string' || typeof exp !== 'number')
      return undefined;
    if (Date.now() / 1000 >= exp) return undefined;
    if (!Number.isSafeInteger(serial) || this.#used.has(iss, serial as number)) return undefined;
    return {
      connectionId: jti,
      useStatefulReconnect: useStatefulReconnect === true,
      isFromThisServer: iss === this.#issuer,
      isOf: (user) => sub === (user === undefined ? undefined : digest(key, jti, user)),
      markUsed: () => this.#used.add(iss, serial as number, exp * 1000),
    };
  }

  readIssued(token: string): IssuedConnection | undefined {
    const { jti, iss, ...claims } = this.#verify(token)?.claims ?? {};
    if (typeof jti !== 'string' || typeof iss !== 'string') return undefined;
    const useStatefulReconnect = claims['useStatefulReconnect'] === true;
    return { connectionId: jti, issuer: iss, useStatefulReconnect };
  }

  removeExpired(): void {
    this.#used.removeExpired(Date.now());
  }

  /** Returns the content of a token, also if it has expired. */
  #verify(token: string): VerifiedToken | undefined {
    if (token.length > MAXIMUM_LENGTH) return undefined;
    if (this.#lastRead?.token !== token)
      this.#lastRead = { token, verified: this.#verifySignature(token) };
    return this.#lastRead.verified;
  }

  #verifySignature(token: string): VerifiedToken | undefined {
    if (!hasCanonicalSignature(token)) return undefined;
    for (const key of this.#keys) {
      const claims = verify(token, key);
      if (claims !== undefined) return { key, claims };
    }
    return undefined;
  }
}

/**
 * Returns whether a signature is spelled as the server writes it. Another spelling would be another
 * key for the same connection.
 */
function hasCanonicalSignature(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

/** Returns the claims if the key signed the token, also if the token has expired. */
function verify(token: string, key: KeyObject): jwt.JwtPayload | undefined {
  try {
    const claims = jwt.verify(token, key, { algorithms: ['HS256'], ignoreExpiration: true });
    return typeof claims === 'string' ? undefined : claims;
  } catch {
    return undefined; // the error may quote the token
  }
}

const digest = (key: KeyObject, connectionId: string, user: string): string =>
  createHmac('sha256', key).update(`${connectionId} ${user}`).digest('base64url');
