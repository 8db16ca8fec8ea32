/** What a request is for, seen from outside: the steps of a SignalR connection, or any other request. */
export type RequestKind =
  | 'negotiate'
  | 'websocket'
  | 'event stream'
  | 'poll'
  | 'send'
  | 'delete'
  | 'request';

/** Where a request carried its access token. */
export type TokenPlace = 'header' | 'query' | 'none';

/** One HTTP request, as the page (`observeRequests`) or the server (`requestJournal`) saw it; never with a token in it. */
export interface ObservedRequest {
  /** Counts up from 1. */
  readonly number: number;
  readonly method: string;
  readonly kind: RequestKind;
  /** Without the query. */
  readonly path: string;
  readonly tokenIn: TokenPlace;
  /** The query's `attempt`: a mark by which a page knows the requests of one connection again. */
  readonly attempt?: string;
  /** Milliseconds since the page was opened or the journal began. */
  readonly at: number;
  /** The HTTP status; undefined until it is known. A browser never tells a page the status of a refused WebSocket or EventSource. */
  status?: number;
  /** The server that has answered, where the journal stands at a balancer. */
  servedBy?: string;
  /** No answer, or one that the browser hides from the page. */
  failed?: boolean;
}

/** What is known of a request before its answer. */
export interface RequestFacts {
  readonly method: string;
  /** Absolute, or a path. */
  readonly url: string;
  /** The value of the Authorization header. */
  readonly authorization?: string | null | undefined;
  readonly upgrade?: boolean;
  /** Whether the answer is asked for as `text/event-stream`. */
  readonly eventStream?: boolean;
}

/** Describes a request without any of its secrets. */
export function describeRequest(
  { method, url, authorization, upgrade = false, eventStream = false }: RequestFacts,
  number: number,
  at: number,
): ObservedRequest {
  const { pathname: path, searchParams } = new URL(url, 'http://localhost');
  const hasId = searchParams.has('id');
  const kind = (): RequestKind => {
    if (upgrade) return 'websocket';
    if (eventStream) return 'event stream';
    if (method === 'POST' && path.endsWith('/negotiate')) return 'negotiate';
    if (!hasId) return 'request';
    if (method === 'GET') return 'poll';
    if (method === 'POST') return 'send';
    return method === 'DELETE' ? 'delete' : 'request';
  };
  // ASP.NET Core's own order: the header counts before a hook asks for the query.
  const tokenInQuery = searchParams.get('access_token') ? 'query' : 'none';
  const tokenIn = authorization ? 'header' : tokenInQuery;
  const attempt = searchParams.get('attempt');
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
