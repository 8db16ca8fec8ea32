import type { IncomingMessage, ServerResponse } from 'node:http';
import { QueryParameters, splitTarget } from '../connections/connection-request.ts';
import { negotiate } from '../connections/negotiate.ts';
import { errorTexts } from '../error-texts.ts';
import type { MappedHub } from './mapped-hub.ts';

/** What `app.use()` of express takes, and any `http.Server` can call. */
export type RequestHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

const noCache = {
  'Cache-Control': 'no-cache, no-store',
  Pragma: 'no-cache',
  Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
};

/** Finds the hub of a path; ASP.NET Core's routes know neither case nor a slash at the end. */
export type FindHub = (path: string) => MappedHub | undefined;

/** Answers negotiation and what comes to a hub's path over plain HTTP; all else is left to the app. */
export function httpHandler(findHub: FindHub, canUpgrade: () => boolean): RequestHandler {
  return (request, response, next) => {
    const { path, query } = splitTarget(request.url ?? '/');
    const hub = findHub(path);
    if (hub !== undefined) return answer(hub, request, response, new QueryParameters(query));
    const negotiated = /^(.*)\/negotiate\/?$/i.exec(path);
    const target = negotiated === null ? undefined : findHub(negotiated[1] as string);
    if (target === undefined) return next();
    if (request.method !== 'POST') return end(response, 405);
    const transports = target.options.transports.filter((name) => name === 'WebSockets' && canUpgrade());
    const version = new QueryParameters(query).get('negotiateVersion');
    const body = negotiate(version, target.options.minimumProtocolVersion, transports, target.connections);
    if (body === undefined) return end(response, 503, errorTexts.tooManyNegotiated);
    const text = JSON.stringify(body);
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
    response.end(text);
  };
}

/** A hub's path without an upgrade: the requests of the HTTP transports. */
function answer(hub: MappedHub, request: IncomingMessage, response: ServerResponse, query: QueryParameters): void {
  const id = query.get('id');
  const get = request.method === 'GET';
  if (!get && request.method !== 'POST' && request.method !== 'DELETE') return end(response, 405);
  const headers = get ? noCache : {};
  if (id === undefined || id === '') return end(response, 400, errorTexts.connectionIdRequired, headers);
  const connection = hub.connections.find(id);
  if (connection === undefined) return end(response, 404, errorTexts.noConnection, headers);
  if (connection.isOpened) {
    if (get) return end(response, 400, errorTexts.cannotChangeTransport, headers);
    if (request.method === 'POST') return end(response, 405, errorTexts.postToWebSocket);
    return end(response, 400, errorTexts.deleteOfWebSocket);
  }
  const transport = request.headers.accept === 'text/event-stream' ? 'ServerSentEvents' : 'LongPolling';
  end(response, 404, errorTexts.transportNotSupported(transport));
}

function end(response: ServerResponse, status: number, text = '', headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', ...headers, 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}
