import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { JwtAlgorithm, JwtHeader, VerificationKey } from './verification-key.ts';

/** Source: `MessageReceivedContext` of ASP.NET Core. */
export interface MessageReceivedContext {
  readonly request: ConnectionRequest;
  /**
   * The token to use instead of the one in the Authorization header. If it is undefined or empty,
   * the header is used.
   */
  token: string | undefined;
}

/** Source: `TokenValidatedContext` of ASP.NET Core. */
export interface TokenValidatedContext {
  readonly request: ConnectionRequest;
  /** The verified claims. Set it to add to them or to replace them. */
  user: ClaimsPrincipal;
  /**
   * Refuses the token in spite of its signature, for example since it was revoked; the text goes to
   * the log alone.
   */
  fail(reason: string): void;
}

/** Source: `AuthenticationFailedContext` of ASP.NET Core. */
export interface AuthenticationFailedContext {
  readonly request: ConnectionRequest;
  readonly error: Error;
}

/** Source: `JwtBearerChallengeContext` of ASP.NET Core, RFC 6750 section 3. */
export interface ChallengeContext {
  readonly request: ConnectionRequest;
  /** What was wrong with the token; undefined where there was none. */
  readonly failure: Error | undefined;
  error: string | undefined;
  errorDescription: string | undefined;
  errorUri: string | undefined;
}

/**
 * Hooks of {@link jwtBearer}. What one throws is answered with 500 and logged without tokens.
 * Source: `JwtBearerEvents`.
 */
export interface JwtBearerEvents {
  /** Runs first, for every request. Without it only the Authorization header counts. */
  onMessageReceived?(context: MessageReceivedContext): void | Promise<void>;
  /** Runs when signature, time, issuer and audience are good. */
  onTokenValidated?(context: TokenValidatedContext): void | Promise<void>;
  /** Runs when there is a token and it is not good. */
  onAuthenticationFailed?(context: AuthenticationFailedContext): void | Promise<void>;
  /** Runs before a 401 is sent and may change what its `WWW-Authenticate` says. */
  onChallenge?(context: ChallengeContext): void | Promise<void>;
}

/**
 * Options of {@link jwtBearer}. Source: `JwtBearerOptions`, `TokenValidationParameters` of ASP.NET
 * Core.
 */
export interface JwtBearerOptions {
  /**
   * Secret or public key that tokens are checked with, or a function that finds it by the token's
   * header (`kid`), for key rotation. What the function throws refuses that token with 401.
   */
  readonly key:
    | VerificationKey
    | ((header: JwtHeader) => VerificationKey | Promise<VerificationKey>);
  /**
   * The algorithms that count. Default: HS256 for a secret, RS256 or the curve's for a public key;
   * a key function needs them.
   */
  readonly algorithms?: readonly JwtAlgorithm[];
  /** Who must have issued the token (`iss`). Default: not checked. */
  readonly issuer?: string | readonly string[];
  /** For whom it must be (`aud`). Default: not checked. */
  readonly audience?: string | readonly string[];
  /** Time in ms that clocks may differ. Default 0, where .NET has 300,000 (`ClockSkew`). */
  readonly clockTolerance?: number;
  /** Whether a token must have an end (`exp`). Default true. */
  readonly requireExpirationTime?: boolean;
  /**
   * Whether the answer says what is wrong with a token. Default true. Source:
   * `IncludeErrorDetails`.
   */
  readonly includeErrorDetails?: boolean;
  readonly events?: JwtBearerEvents;
}
