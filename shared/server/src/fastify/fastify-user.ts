import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { AuthenticationHandler } from '../authentication/authentication-handler.ts';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';

/** Options of {@link fastifyUser}. */
export interface FastifyUserOptions {
  /** Returns the user of a request. Undefined or null: the caller is not authenticated. */
  readonly user: (
    request: FastifyRequest,
  ) => object | null | undefined | Promise<object | null | undefined>;
  /** Returns when the user's session expires, in ms since the epoch. Default: never. */
  readonly expiresAt?: (request: FastifyRequest) => number | undefined;
}

/** The requests that Fastify routes to the plugin. */
const requests = new WeakMap<IncomingMessage, FastifyRequest>();

/** Lets `fastifyUser` find the request of Fastify. */
export function rememberRequest(request: FastifyRequest): void {
  requests.set(request.raw, request);
}

/**
 * Identifies callers by what hooks and plugins have put on the request of Fastify, for example a
 * session. Works for upgrade requests, too. Needs `signalrPlugin`. The user id is the user's `sub`
 * or `id`.
 * @example
 * const signalr = new SignalRServer({
 *   authentication: fastifyUser({ user: (request) => request.session.get('user') }),
 * });
 */
export function fastifyUser({
  user: findUser,
  expiresAt,
}: FastifyUserOptions): AuthenticationHandler {
  return {
    async authenticate({ httpRequest }) {
      const request = requests.get(httpRequest);
      const user = request === undefined ? undefined : await findUser(request);
      if (request === undefined || user === undefined || user === null) return {};
      return { ticket: { user: user as ClaimsPrincipal, expiresAt: expiresAt?.(request) } };
    },
  };
}
