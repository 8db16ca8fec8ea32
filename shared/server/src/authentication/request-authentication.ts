import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import { LimitedWarnings } from '../limits/limited-warnings.ts';
import { logMessages } from '../log-messages.ts';
import type { Logger } from '../logger.ts';
import type { AuthenticationContext, AuthenticationHandler } from './authentication-handler.ts';
import { type Authorize, isAuthorized } from './authorization.ts';
import { nameIdentifier } from './claims.ts';
import { redactTokens } from './redact-tokens.ts';
import { withinTime } from './within-time.ts';

/** The response to a request that is refused. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body of the response. Default: empty. */
  readonly message?: string;
}

/**
 * The decision about a request: the ticket of its user (none for an anonymous request), a refusal,
 * or that the authentication handler has answered it.
 */
export interface Admission {
  readonly ticket?: AuthenticationTicket;
  readonly refusal?: Refusal;
  readonly handled?: boolean;
  /** True if the caller has identified itself with a token. */
  readonly hasExplicitCredentials?: boolean;
}

const nobody: Admission = {};
export const forbidden: Refusal = { status: 403, headers: {} };
const broken: Admission = { refusal: { status: 500, headers: {} } };

/** The options of a hub that {@link RequestAuthentication} uses. */
export interface RequestAuthenticationOptions {
  readonly authentication: AuthenticationHandler | 'none';
  readonly authorize: Authorize | undefined;
  /** The maximum time in ms that authentication and authorization may take. */
  readonly handshakeTimeout: number;
  readonly logger: Logger;
}

/**
 * Authenticates and authorizes each request of a hub before it is answered. Source: the
 * authentication and authorization middleware of ASP.NET Core.
 */
export class RequestAuthentication {
  readonly #options: RequestAuthenticationOptions;
  readonly #keyWarnings: LimitedWarnings;

  constructor(options: RequestAuthenticationOptions) {
    this.#options = options;
    this.#keyWarnings = new LimitedWarnings(options.logger);
  }

  /**
   * Returns the decision about a request. Never throws and never rejects. Without authentication,
   * it creates no promise.
   */
  admit(context: AuthenticationContext): Admission | Promise<Admission> {
    const { authentication } = this.#options;
    return authentication === 'none' ? nobody : this.#ask(authentication, context);
  }

  async #ask(handler: AuthenticationHandler, context: AuthenticationContext): Promise<Admission> {
    const { handshakeTimeout, logger } = this.#options;
    try {
      return await withinTime(handshakeTimeout, this.#decide(handler, context));
    } catch (error) {
      const { request } = context;
      logger.error(logMessages.authenticationThrew(request.path), redactTokens(error, request));
      return broken;
    }
  }

  async #decide(
    handler: AuthenticationHandler,
    context: AuthenticationContext,
  ): Promise<Admission> {
    const { authorize, logger } = this.#options;
    const { request } = context;
    const {
      ticket,
      failure,
      handled,
      hasExplicitCredentials = false,
    } = await handler.authenticate(context);
    if (handled === true) return { handled };
    if (failure !== undefined) this.#report(failure, context);
    if (authorize === undefined)
      return ticket === undefined ? nobody : { ticket, hasExplicitCredentials };
    if (ticket === undefined) {
      return {
        refusal: { status: 401, headers: (await handler.challenge?.(context, failure)) ?? {} },
      };
    }
    if (await isAuthorized(authorize, ticket.user, { request }))
      return { ticket, hasExplicitCredentials };
    logger.info(logMessages.forbidden(request.path, nameIdentifier(ticket.user)));
    return { refusal: forbidden };
  }

  #report(failure: Error, { request }: AuthenticationContext): void {
    const { logger } = this.#options;
    logger.info(
      logMessages.authenticationFailed(request.path, redactTokens(failure.message, request)),
    );
    // The app's own key function failed: its developer wants to see how.
    if (failure.cause === undefined) return;
    const cause = redactTokens(failure.cause, request);
    this.#keyWarnings.warn(logMessages.keyNotFound(request.path), cause);
  }
}
