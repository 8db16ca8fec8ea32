import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { redactTokens } from '../authentication/redact-tokens.ts';
import { BriefRequest, connectionRequest, splitTarget } from '../connections/connection-request.ts';
import { answer } from '../connections/http-answer.ts';
import { logMessages } from '../log-messages.ts';
import type { WriteBatcher } from '../transports/write-batcher.ts';
import { admit, admitToConnection } from './admit.ts';
import { forwardRequestToHolder } from './forward-to-holder.ts';
import type { HubExchange } from './hub-exchange.ts';
import type { MappedHub } from './mapped-hub.ts';
import type { RouteMatch } from './routes/route-table.ts';
import { answerNegotiate } from './negotiate-endpoint.ts';
import { answerRefresh } from './refresh-endpoint.ts';
import { splitAction, type SubpathAction } from './routes/subpath-action.ts';
import { answerTransport } from './transport-endpoint.ts';

/**
 * Serves requests as middleware of express, or as the listener of a server of `node:http`,
 * `node:https` or `node:http2`. Without `next`, requests to paths without a hub are answered with
 * 404.
 */
export type RequestHandler = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** Returns the hub of a path. As in ASP.NET Core, case and a trailing slash do not matter. */
export type FindHub = (path: string) => RouteMatch<MappedHub> | undefined;

/** The parts of the server that the handler uses. */
export interface HttpHandlerContext {
  readonly findHub: FindHub;
  readonly batcher: WriteBatcher;
  /** Returns true if the server receives upgrade requests. */
  canUpgrade(): boolean;
  /** Called with the path at which an app has mounted the handler. Upgrades bypass the app. */
  onMounted(basePath: string): void;
}

/** The kinds of requests to a hub. */
type Action = 'transport' | SubpathAction;

/** Serves negotiation and the HTTP transports of mapped hubs. Other requests go to `next`. */
export function httpHandler(context: HttpHandlerContext): RequestHandler {
  return (anyRequest, anyResponse, next) => {
    // The compatibility API of HTTP/2 has all members that the server uses.
    const request = anyRequest as IncomingMessage;
    const response = anyResponse as ServerResponse;
    const { path } = splitTarget(request.url ?? '/');
    const route = findRoute(context.findHub, path);
    if (route === undefined) {
      if (next === undefined) answer(response, 404);
      else next();
      return;
    }
    const { value: hub, params, action } = route;
    const { baseUrl } = request as IncomingMessage & { baseUrl?: string };
    if (baseUrl !== undefined && baseUrl !== '') context.onMounted(baseUrl);
    const details =
      action === 'negotiate'
        ? new BriefRequest(request, params)
        : connectionRequest(request, params);
    // The client's next request must reach another server. HTTP/2 has no such header.
    if (hub.isClosing && request.httpVersionMajor === 1) response.setHeader('Connection', 'close');
    if (action !== 'negotiate' && forwardRequestToHolder(hub, details, request, response)) return;
    const admitRequest = action === 'transport' ? admitToConnection : admit;
    admitRequest(
      hub,
      { request: details, httpRequest: request, socket: undefined },
      ({ status, message = '', headers }) => answer(response, status, message, headers),
      (ticket) => {
        const exchange = { hub, request, response, details, ticket };
        serve(context, exchange, action).catch((error: unknown) => {
          hub.options.logger.error(logMessages.requestFailed(path), redactTokens(error, details));
          if (response.headersSent) response.destroy();
          else answer(response, 500);
        });
      },
    );
  };
}

function findRoute(
  findHub: FindHub,
  path: string,
): (RouteMatch<MappedHub> & { readonly action: Action }) | undefined {
  const match = findHub(path);
  if (match !== undefined) return { action: 'transport', ...match };
  const { parentPath, action } = splitAction(path);
  if (action === undefined) return undefined;
  const parent = findHub(parentPath);
  if (parent === undefined) return undefined;
  if (action === 'refresh' && !parent.value.options.enableAuthenticationRefresh) return undefined;
  return { action, ...parent };
}

async function serve(
  context: HttpHandlerContext,
  exchange: HubExchange,
  action: Action,
): Promise<void> {
  if (action === 'negotiate') await answerNegotiate(exchange, context.canUpgrade());
  else if (action === 'refresh') await answerRefresh(exchange);
  else await answerTransport(exchange, context.batcher);
}
