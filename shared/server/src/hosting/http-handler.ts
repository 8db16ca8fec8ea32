import type { IncomingMessage, ServerResponse } from 'node:http';
import { QueryParameters, splitTarget } from '../connections/connection-request.ts';
import { errorTexts } from '../error-texts.ts';
import type { WriteBatcher } from '../transports/write-batcher.ts';
import { answer } from './http-answer.ts';
import type { MappedHub } from './mapped-hub.ts';
import { answerNegotiate } from './negotiate-endpoint.ts';
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
    const { path, query } = splitTarget(request.url ?? '/');
    const hub = context.findHub(path);
    const negotiated = hub === undefined ? /^(.*)\/negotiate\/?$/i.exec(path) : null;
    const target = negotiated === null ? hub : context.findHub(negotiated[1] as string);
    if (target === undefined) {
      if (next === undefined) answer(response, 404);
      else next();
      return;
    }
    const { baseUrl } = request as IncomingMessage & { baseUrl?: string };
    if (baseUrl !== undefined && baseUrl !== '') context.onMounted(baseUrl);
    const exchange = { hub: target, request, response, query: new QueryParameters(query) };
    serve(context, exchange, negotiated !== null).catch((error: unknown) => {
      target.options.logger.error(errorTexts.requestFailed(path), error);
      if (response.headersSent) response.destroy();
      else answer(response, 500);
    });
  };
}

/** The hub is found; here a request would be authenticated, before anything is answered. */
async function serve(context: HttpHandlerContext, exchange: HubExchange, negotiates: boolean): Promise<void> {
  if (negotiates) await answerNegotiate(exchange, context.canUpgrade());
  else await answerTransport(exchange, context.batcher);
}
