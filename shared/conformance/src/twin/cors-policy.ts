import cors from 'cors';
import { type Request, type Response, type Router, Router as createRouter } from 'express';

const ALLOWED_ORIGIN = 'http://localhost:5173';
/** The hub and its negotiation. ASP.NET Core applies a policy to the endpoints that require it. */
const PATHS = /^\/cors(?:\/negotiate)?\/?$/i;

const isPreflight = ({ method, headers }: Request): boolean =>
  method === 'OPTIONS' &&
  headers.origin !== undefined &&
  headers['access-control-request-method'] !== undefined;

/**
 * Returns the names of the requested headers as ASP.NET Core repeats them: without the spaces
 * between them.
 */
function readRequestedHeaders({ headers }: Request): { readonly allowedHeaders?: string[] } {
  const names = headers['access-control-request-headers'];
  if (names === undefined) return {};
  return { allowedHeaders: names.split(',').map((name) => name.trim()) };
}

/**
 * Returns the CORS policy of the recorded server: one origin, any method, any header, credentials.
 */
export function corsPolicy(): Router {
  const router = createRouter();
  const addHeaders = cors<Request>((request, callback) => {
    if (request.headers.origin !== ALLOWED_ORIGIN) {
      callback(null, { origin: false });
      return;
    }
    callback(null, {
      origin: ALLOWED_ORIGIN,
      credentials: true,
      preflightContinue: true,
      ...(isPreflight(request)
        ? {
            methods: request.headers['access-control-request-method'] ?? [],
            ...readRequestedHeaders(request),
          }
        : { methods: [], allowedHeaders: [] }),
    });
  });
  router.all(PATHS, addHeaders, (request: Request, response: Response, next) => {
    // Caches need this header, but ASP.NET Core omits it if only one origin is allowed.
    response.removeHeader('Vary');
    if (isPreflight(request)) response.status(204).end();
    else next();
  });
  return router;
}
