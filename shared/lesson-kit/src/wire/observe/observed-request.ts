import { readTarget } from './read-target.ts';

/** The purpose of a request: a step of a SignalR connection, or `other`. */
export type RequestKind =
  | 'negotiate'
  | 'websocket'
  | 'event stream'
  | 'poll'
  | 'send'
  | 'delete'
  | 'request';

/** The location of the access token in a request. */
export type TokenPlace = 'header' | 'query' | 'none';

/**
 * One HTTP request, from `observeRequests` (page) or `requestJournal` (server), without a token.
 */
export interface ObservedRequest {
  /** The sequence number, starting at 1. */
  readonly number: number;
  readonly method: string;
  readonly kind: RequestKind;
  /** The path without the query. */
  readonly path: string;
  readonly tokenIn: TokenPlace;
  /** The query parameter `attempt`, by which a page recognizes the requests of one connection. */
  readonly attempt?: string;
  /** Milliseconds since the page was opened or the journal started. */
  readonly at: number;
  /**
   * The HTTP status. Undefined until it is known. A browser hides the status of a refused WebSocket
   * or EventSource from the page.
   */
  status?: number;
  /** The server that has answered, if the journal belongs to a balancer. */
  servedBy?: string;
  /** Whether there was no response, or the browser hides it from the page. */
  failed?: boolean;
}

/** The facts about a request that are known before its response. */
export interface RequestFacts {
  readonly method: string;
  /** An absolute URL, or a path. */
  readonly url: string;
  /** The value of the Authorization header. */
  readonly authorization?: string | null | undefined;
  readonly upgrade?: boolean;
  /** Whether the request accepts `text/event-stream`. */
  readonly eventStream?: boolean;
}

/** Returns the description of a request, without its secrets. */
export function describeRequest(
  { method, url, authorization, upgrade = false, eventStream = false }: RequestFacts,
  number: number,
  at: number,
): ObservedRequest {
  const { path, query } = readTarget(url);
  const hasId = query.has('id');
  const kind = (): RequestKind => {
    if (upgrade) return 'websocket';
    if (eventStream) return 'event stream';
    if (method === 'POST' && path.endsWith('/negotiate')) return 'negotiate';
    if (!hasId) return 'request';
    if (method === 'GET') return 'poll';
    if (method === 'POST') return 'send';
    return method === 'DELETE' ? 'delete' : 'request';
  };
  // As in ASP.NET Core, the header has priority over the query parameter.
  const tokenInQuery = query.get('access_token') ? 'query' : 'none';
  const tokenIn = authorization ? 'header' : tokenInQuery;
  const attempt = query.get('attempt');
  return {
    number,
    method,
    kind: kind(),
    path,
    tokenIn,
    at,
    ...(attempt === null ? {} : { attempt }),
  };
}
