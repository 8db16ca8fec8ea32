import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The part of an express app that its requests and responses inherit from. */
export interface ExpressApp {
  readonly request: object;
  readonly response: object;
}

/** Returns the express app that listens to the requests of the server that received a request. */
export function findExpressApp(request: IncomingMessage): ExpressApp | undefined {
  const { server } = request.socket as unknown as { readonly server?: Partial<EventEmitter> };
  return server?.listeners?.('request').find(isExpressApp) as ExpressApp | undefined;
}

/**
 * Gives the request and the response of an upgrade the methods of express, for example
 * `response.status()`, as the app does for other requests.
 */
export function useExpress(
  app: ExpressApp,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  Object.assign(request, { res: response });
  Object.assign(response, { req: request, locals: Object.create(null) as object });
  Object.setPrototypeOf(request, app.request);
  Object.setPrototypeOf(response, app.response);
}

function isExpressApp(listener: unknown): boolean {
  const { request, response } = listener as Partial<ExpressApp>;
  return typeof request === 'object' && typeof response === 'object';
}
