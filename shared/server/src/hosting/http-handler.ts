import type { IncomingMessage, ServerResponse } from 'node:http';
import { redactTokens } from '../authentication/redact-tokens.ts';
import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import {
  connectionRequest,
  type QueryParameters,
  splitTarget,
} from '../connections/connection-request.ts';
import { errorTexts } from '../error-texts.ts';
import type { WriteBatcher } from '../transports/write-batcher.ts';
import { admit, admitTo } from './admit.ts';
import { answer, answerEmpty } from './http-answer.ts';
import type { MappedHub } from './mapped-hub.ts';
import { answerNegotiate } from './negotiate-endpoint.ts';
import { answerRefresh } from './refresh-endpoint.ts';
import { answerTransport } from './transport-endpoint.ts';

/** What `app.use()` of express takes. Without `next`, as an `http.Server` calls it, it answers 404 where no hub is. */
export type RequestHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** Finds the hub of a path; ASP.NET Core's routes know neither case nor a slash at the end. */
export type FindHub = (path: string) => MappedHub | undefined;

/** One request to a mapped hub, on its way to its answer. */
export interface HubExchange {
  readonly hub: MappedHub;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: QueryParameters;
  /** Who asks; undefined: nobody knows. */
  readonly ticket: AuthenticationTicket | undefined;
}

/** What the handler knows of the rest of the server. */
export interface HttpHandlerContext {
  readonly findHub: FindHub;
  readonly batcher: WriteBatcher;
  /** Whether WebSockets can be offered. */
  canUpgrade(): boolean;
  /** Told under which path an app has mounted the handler, since upgrades do not pass through apps. */
  onMounted(basePath: string): void;
}

/** Answers negotiation and the HTTP transports of mapped hubs; all else is left to the app. */
export function httpHandler(context: HttpHandlerContext): RequestHandler {
  return (request, response, next) => {
    const { path } = splitTarget(request.url ?? '/');
    const hub = context.findHub(path);
    const [, parent, action] =
      (hub === undefined && /^(.*)\/(negotiate|refresh)\/?$/i.exec(path)) || [];
    const target = hub ?? (parent === undefined ? undefined : context.findHub(parent));
    const isRefresh = action?.toLowerCase() === 'refresh';
    if (target === undefined || (isRefresh && !target.options.enableAuthenticationRefresh)) {
      if (next === undefined) answer(response, 404);
      else next();
      return;
    }
    const { baseUrl } = request as IncomingMessage & { baseUrl?: string };
    if (baseUrl !== undefined && baseUrl !== '') context.onMounted(baseUrl);
    const details = connectionRequest(request);
    const { query } = details;
    (hub === undefined ? admit : admitTo)(
      target,
      { request: details, httpRequest: request, socket: undefined },
      (refusal) => answerEmpty(response, refusal.status, refusal.headers),
      (ticket) => {
        const exchange = { hub: target, request, response, query, ticket };
        serve(context, exchange, action?.toLowerCase()).catch((error: unknown) => {
          target.options.logger.error(errorTexts.requestFailed(path), redactTokens(error, details));
          if (response.headersSent) response.destroy();
          else answer(response, 500);
        });
      },
    );
  };
}

/** The hub is found and the request is admitted. */
async function serve(
  context: HttpHandlerContext,
  exchange: HubExchange,
  action: string | undefined,
): Promise<void> {
  if (action === 'negotiate') await answerNegotiate(exchange, context.canUpgrade());
  else if (action === 'refresh') await answerRefresh(exchange);
  else await answerTransport(exchange, context.batcher);
}
