import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';

/** The request that an {@link AuthenticationHandler} authenticates. */
export interface AuthenticationContext {
  readonly request: ConnectionRequest;
  /** The request of Node, with the properties that the app's middleware has added. */
  readonly httpRequest: IncomingMessage;
  /** Only for a WebSocket upgrade, which no middleware of the app has seen. */
  readonly socket: Duplex | undefined;
}

/**
 * The result of an authentication: a ticket, a failure (the token is not valid), or neither (the
 * request has no credentials). Source: `AuthenticateResult` of ASP.NET Core.
 */
export interface AuthenticateResult {
  readonly ticket?: AuthenticationTicket;
  /** Its message reaches the log, without tokens. */
  readonly failure?: Error;
  /**
   * Whether the caller has attached the credentials itself, as a token or an API key in a header or
   * in the query. Browsers attach cookies to the requests of every page, so requests with other
   * credentials must come from the same origin, unless `allowedOrigins` allows more. Default:
   * false.
   */
  readonly hasExplicitCredentials?: boolean;
  /**
   * True if the handler has answered the request itself. The server then ends the socket of an
   * upgrade. Default: false.
   */
  readonly handled?: boolean;
}

/**
 * Identifies the user who sent a request. {@link jwtBearer} and {@link requestUser} create
 * handlers, and you can write your own. If it throws, the request is refused with status 500, and
 * the error is logged without tokens. Source: `IAuthenticationHandler` of ASP.NET Core.
 * @example
 * const apiKey: AuthenticationHandler = {
 *   authenticate: ({ request }) =>
 *     request.headers['x-api-key'] === key ? {
 *         ticket: { user: { sub: 'robot' }, expiresAt: undefined },
 *         hasExplicitCredentials: true,
 *       }
 *     : {},
 * };
 */
export interface AuthenticationHandler {
  authenticate(context: AuthenticationContext): AuthenticateResult | Promise<AuthenticateResult>;
  /** Returns the headers of a response with status 401. Default: no headers. */
  challenge?(
    context: AuthenticationContext,
    failure: Error | undefined,
  ): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
}
