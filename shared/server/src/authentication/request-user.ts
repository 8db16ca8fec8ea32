import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import type { AuthenticationHandler } from './authentication-handler.ts';
import { type ExpressApp, findExpressApp, useExpress } from './express-app.ts';

/** Middleware with the signature of express, which express-session and passport use. */
export type UpgradeMiddleware = (
  request: never,
  response: never,
  next: (error?: unknown) => void,
) => unknown;

/** Options of {@link requestUser}. */
export interface RequestUserOptions<TRequest extends IncomingMessage> {
  /**
   * The middleware that runs on WebSocket upgrades, in this order. Pass the same middleware that
   * the app uses for other requests: upgrades do not pass through the app. A middleware that
   * responds, or passes on an error with a `status` from 400 to 499, refuses the upgrade. Cookies
   * that it sets are not sent.
   */
  readonly middleware?: readonly UpgradeMiddleware[];
  /**
   * Returns the user of a request, or undefined or null if there is none. Default: `request.user`.
   */
  readonly user?: (
    request: TRequest,
  ) => object | null | undefined | Promise<object | null | undefined>;
  /** Returns when the session of the user expires, in ms since the epoch. Default: never. */
  readonly expiresAt?: (request: TRequest) => number | undefined;
  /**
   * The express app whose methods the request and the response of an upgrade get, for example
   * `response.status(401).json()`. Default: the app that the `http.Server` calls. Needed only if a
   * function of your own calls the app.
   */
  readonly app?: ExpressApp;
}

/**
 * Authenticates callers by the user that the app's middleware has set, for example a session or
 * passport. The user id is the user's `sub` or `id`.
 * @example
 * const sessions = session({ secret, resave: false, saveUninitialized: false });
 * app.use(sessions);
 * const signalr = new SignalRServer({
 *   authentication: requestUser({
 *     middleware: [sessions],
 *     user: (request: express.Request) => (request.session as { user?: object }).user,
 *   }),
 * });
 * app.use(signalr.router());
 */
export function requestUser<
  TRequest extends IncomingMessage = IncomingMessage & { readonly user?: object | null },
>(options: RequestUserOptions<TRequest> = {}): AuthenticationHandler {
  const {
    middleware = [],
    user: find = (request) => (request as { user?: object | null }).user,
    expiresAt,
    app,
  } = options;
  return {
    async authenticate({ httpRequest, socket }) {
      const request = httpRequest as TRequest;
      if (socket !== undefined && !(await runMiddleware(middleware, app, request, socket)))
        return { handled: true };
      const user = await find(request);
      if (user === undefined || user === null) return {};
      return { ticket: { user: user as ClaimsPrincipal, expiresAt: expiresAt?.(request) } };
    },
  };
}

/** Returns true if all middleware called `next`, and false if one has answered the upgrade. */
async function runMiddleware(
  middleware: readonly UpgradeMiddleware[],
  app: ExpressApp | undefined,
  request: IncomingMessage,
  socket: Duplex,
): Promise<boolean> {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  const expressApp = app ?? findExpressApp(request);
  if (expressApp !== undefined) useExpress(expressApp, request, response);
  const answered = new Promise<false>((resolve) => response.once('finish', () => resolve(false)));
  try {
    for (const run of middleware) {
      const passed = new Promise<true>((resolve, reject) => {
        const next = (error?: unknown): void =>
          error === undefined || error === null ? resolve(true) : reject(error);
        // Asynchronous middleware may reject, as in express 5.
        Promise.resolve(run(request as never, response as never, next)).catch(reject);
      });
      if (!(await Promise.race([passed, answered]))) {
        return false;
      }
    }
  } catch (error) {
    const status = clientErrorStatus(error);
    if (status === undefined || response.headersSent) throw error;
    response.statusCode = status;
    response.end();
    await answered;
    return false;
  } finally {
    response.detachSocket(socket as Socket);
  }
  return true;
}

/** Returns the status of an error that express would answer with a status from 400 to 499. */
function clientErrorStatus(error: unknown): number | undefined {
  // An asynchronous middleware may reject with undefined.
  const { status, statusCode } = Object(error) as {
    readonly status?: unknown;
    readonly statusCode?: unknown;
  };
  const code = status ?? statusCode;
  return typeof code === 'number' && code >= 400 && code <= 499 ? code : undefined;
}
