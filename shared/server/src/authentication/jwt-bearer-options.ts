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
   * Refuses the token despite its valid signature, for example because it was revoked. The message
   * is only logged.
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
  /** Why the token is invalid. Undefined if there was no token. */
  readonly failure: Error | undefined;
  error: string | undefined;
  errorDescription: string | undefined;
  errorUri: string | undefined;
}

/**
 * Hooks of {@link jwtBearer}. An error in a hook is logged without tokens and answered with 500.
 * Source: `JwtBearerEvents`.
 */
export interface JwtBearerEvents {
  /** Called first, for every request. Without it, only the Authorization header is read. */
  onMessageReceived?(context: MessageReceivedContext): void | Promise<void>;
  /** Called when signature, time, issuer and audience are valid. */
  onTokenValidated?(context: TokenValidatedContext): void | Promise<void>;
  /** Called when a token is invalid. */
  onAuthenticationFailed?(context: AuthenticationFailedContext): void | Promise<void>;
  /** Called before a 401 is sent. It may change the header `WWW-Authenticate`. */
  onChallenge?(context: ChallengeContext): void | Promise<void>;
}

/**
 * Options of {@link jwtBearer}. Source: `JwtBearerOptions`, `TokenValidationParameters` of ASP.NET
 * Core.
 */
export interface JwtBearerOptions {
  /**
   * The secret or public key that verifies tokens, or, for key rotation, a function that returns it
   * for the header of a token (`kid`). If the function throws, the token is refused with 401.
   */
  readonly key:
    | VerificationKey
    | ((header: JwtHeader) => VerificationKey | Promise<VerificationKey>);
  /**
   * The allowed algorithms. Default: HS256 for a secret, RS256 or that of the curve for a public
   * key. Required with a key function.
   */
  readonly algorithms?: readonly JwtAlgorithm[];
  /** The required issuers of the token (`iss`). Default: not checked. */
  readonly issuer?: string | readonly string[];
  /** The required audiences of the token (`aud`). Default: not checked. */
  readonly audience?: string | readonly string[];
  /** The allowed clock difference in ms. Default: 0 (in .NET, `ClockSkew` is 300,000). */
  readonly clockTolerance?: number;
  /** Whether a token must expire (`exp`). Default: true. */
  readonly requireExpirationTime?: boolean;
  /**
   * Whether the response contains the reason why a token is invalid. Default: true. Source:
   * `IncludeErrorDetails`.
   */
  readonly includeErrorDetails?: boolean;
  readonly events?: JwtBearerEvents;
}
