import jwt from 'jsonwebtoken';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import { errors } from '../errors.ts';
import { TokenError } from '../token-error.ts';
import type { AuthenticateResult, AuthenticationHandler } from './authentication-handler.ts';
import type {
  ChallengeContext,
  JwtBearerOptions,
  MessageReceivedContext,
} from './jwt-bearer-options.ts';
import { type TokenValidation, validateToken } from './jwt-validation.ts';
import {
  algorithms as known,
  type JwtHeader,
  algorithmsOf,
  verificationKey,
  type VerificationKey,
} from './verification-key.ts';

/**
 * The maximum length of a token in characters. Node has the same limit for all headers of a
 * request.
 */
const MAXIMUM_TOKEN_LENGTH = 16_384;

type FindKey = Exclude<JwtBearerOptions['key'], VerificationKey>;

/**
 * Authenticates callers by a signed token (JWT) in the Authorization header, or in the place that
 * `onMessageReceived` reads. The library `jsonwebtoken` verifies it with a fixed list of
 * algorithms. Throws if the key is too short or does not fit the algorithm. Source: `AddJwtBearer`
 * of ASP.NET Core, RFC 6750, RFC 7519.
 * @example
 * const signalr = new SignalRServer({
 *   authentication: jwtBearer({
 *     key: secret, // 32 bytes or more
 *     issuer: 'https://example.org',
 *     audience: 'chat',
 *     events: {
 *       // Browsers cannot set headers on WebSockets and event streams.
 *       onMessageReceived(context) {
 *         context.token = context.request.query.get('access_token');
 *       },
 *     },
 *   }),
 * });
 */
export function jwtBearer(options: JwtBearerOptions): AuthenticationHandler {
  const { key, events = {}, includeErrorDetails = true } = options;
  const validation = tokenValidation(options);
  const fixed = typeof key === 'function' ? undefined : verificationKey(key);

  async function validated(
    token: unknown,
    request: ConnectionRequest,
  ): Promise<AuthenticateResult> {
    if (typeof token !== 'string' || token.length > MAXIMUM_TOKEN_LENGTH)
      throw errors.tokenMalformed();
    const claims = validateToken(
      token,
      fixed ?? (await foundKey(token, key as FindKey, validation)),
      validation,
    );
    let refused: TokenError | undefined;
    const context = {
      request,
      user: claims,
      fail(reason: string) {
        refused = errors.tokenRejected(reason);
      },
    };
    await events.onTokenValidated?.(context);
    if (refused !== undefined) throw refused;
    return {
      ticket: {
        user: context.user,
        expiresAt: claims.exp === undefined ? undefined : claims.exp * 1000,
      },
    };
  }

  return {
    async authenticate({ request }) {
      const received: MessageReceivedContext = { request, token: undefined };
      await events.onMessageReceived?.(received);
      const token = received.token || bearerToken(request);
      if (!token) return {};
      try {
        const hasExplicitCredentials = isExplicit(token, request);
        return { ...(await validated(token, request)), hasExplicitCredentials };
      } catch (error) {
        if (!(error instanceof TokenError)) throw error; // a mistake of the app's own code is no fault of the token
        await events.onAuthenticationFailed?.({ request, error });
        return { failure: error };
      }
    },

    async challenge({ request }, failure) {
      const details = includeErrorDetails && failure !== undefined;
      const context: ChallengeContext = {
        request,
        failure,
        error: details ? 'invalid_token' : undefined,
        errorDescription:
          details && failure instanceof TokenError ? failure.description : undefined,
        errorUri: undefined,
      };
      await events.onChallenge?.(context);
      const parameters = Object.entries({
        error: context.error,
        error_description: context.errorDescription,
        error_uri: context.errorUri,
      }).flatMap(([name, value]) => (value ? [`${name}="${quotable(value)}"`] : []));
      return { 'WWW-Authenticate': ['Bearer', parameters.join(', ')].join(' ').trimEnd() };
    },
  };
}

/** Returns true if the token is in the Authorization header or in the query: not in a cookie. */
function isExplicit(token: unknown, request: ConnectionRequest): boolean {
  return token === bearerToken(request) || request.query.values().includes(token as string);
}

/** Returns the token of `Authorization: Bearer …`. Undefined for other schemes. */
function bearerToken({ headers }: ConnectionRequest): string | undefined {
  const { authorization = '' } = headers;
  // Not one pattern with `(.*)$`: many spaces before a line separator would take quadratic time.
  const scheme = /^bearer +/i.exec(authorization)?.[0];
  return scheme === undefined ? undefined : authorization.slice(scheme.length).trim();
}

/**
 * Returns the key that a token's header names. The header is not verified yet, so tokens with an
 * algorithm that is not allowed are refused before `find` is called.
 */
async function foundKey(token: string, find: FindKey, { algorithms }: TokenValidation) {
  let header: JwtHeader | undefined;
  try {
    header = jwt.decode(token, { complete: true })?.header as JwtHeader | undefined;
  } catch {
    throw errors.tokenMalformed();
  }
  if (header === undefined) throw errors.tokenMalformed();
  if (!algorithms.includes(header.alg)) throw errors.tokenKeyNotFound();
  try {
    const key = verificationKey(await find(header));
    if (algorithmsOf(key).includes(header.alg)) return key;
  } catch (error) {
    throw errors.tokenKeyNotFound(error);
  }
  throw errors.tokenKeyNotFound(errors.jwtKeyMismatch(header.alg));
}

/**
 * Checks the options, and throws if they cannot work or are not secure. This happens before the
 * first token arrives.
 */
function tokenValidation(options: JwtBearerOptions): TokenValidation {
  const { key, issuer, audience, clockTolerance = 0, requireExpirationTime = true } = options;
  let { algorithms } = options as { algorithms?: readonly string[] };
  for (const name of algorithms ?? [])
    if (!known.includes(name)) throw errors.jwtAlgorithmUnknown(name);
  if (typeof key === 'function') {
    if (algorithms === undefined || algorithms.length === 0) throw errors.jwtAlgorithmsMissing();
    const hmac = algorithms.filter((name) => name.startsWith('HS')).length;
    if (hmac > 0 && hmac < algorithms.length) throw errors.jwtAlgorithmsMixed();
  } else {
    const possible = algorithmsOf(verificationKey(key));
    if (possible.length === 0) throw errors.jwtKeyUnusable();
    algorithms ??= possible.slice(0, 1);
    const unfit = algorithms.find((name) => !possible.includes(name));
    if (unfit !== undefined) throw errors.jwtKeyMismatch(unfit);
    if (algorithms.length === 0) throw errors.jwtAlgorithmsMissing();
  }
  for (const [name, value] of Object.entries({ issuer, audience })) {
    if (value !== undefined && value.length === 0) throw errors.jwtOptionEmpty(name);
  }
  if (!(clockTolerance >= 0)) throw errors.jwtClockToleranceInvalid();
  return {
    algorithms,
    issuer,
    audience,
    clockTolerance: clockTolerance / 1000,
    requireExpirationTime,
  };
}

/**
 * Returns text for a quoted string of a header, in which nothing may end the string. Source: RFC
 * 9110, section 5.6.4.
 */
const quotable = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&');
