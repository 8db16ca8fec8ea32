import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { decodeHeaders } from './utf8-text.ts';

interface QueryParameter {
  /** The name in lower case. */
  readonly key: string;
  readonly value: string;
}

const noParameters: readonly QueryParameter[] = [];
/** A query of one parameter without percent-encoding, as most clients send it. */
const singleParameter = /^([\w-]+)=([\w.~-]*)$/;

function parseQuery(query: string): readonly QueryParameter[] {
  const single = singleParameter.exec(query);
  if (single !== null) {
    const [, name = '', value = ''] = single;
    return [{ key: name.toLowerCase(), value }];
  }
  return Array.from(new URLSearchParams(query), ([name, value]) => ({
    key: name.toLowerCase(),
    value,
  }));
}

/** Query parameters with case-insensitive names, as in ASP.NET Core. */
export class QueryParameters {
  readonly #text: string;
  readonly #parameters: readonly QueryParameter[];

  constructor(query: string) {
    this.#text = query;
    this.#parameters = query === '' ? noParameters : parseQuery(query);
  }

  /**
   * Returns the value, or undefined. Several values are joined with commas, as in ASP.NET Core, so
   * that a request cannot hide a value behind another.
   */
  get(name: string): string | undefined {
    const key = name.toLowerCase();
    let isRepeated = false;
    let found: string | undefined;
    for (const parameter of this.#parameters) {
      if (parameter.key !== key) continue;
      isRepeated ||= found !== undefined;
      found = parameter.value;
    }
    return isRepeated ? this.#join(name) : found;
  }

  /** Returns all values of one parameter. */
  getAll(name: string): readonly string[] {
    const key = name.toLowerCase();
    return this.#parameters.filter((each) => each.key === key).map(({ value }) => value);
  }

  /** Returns the values of all parameters. */
  values(): readonly string[] {
    return this.#parameters.map(({ value }) => value);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  #join(name: string): string {
    return this.getAll(name)
      .filter((value) => value !== '')
      .join(',');
  }

  /** Returns the query as the client sent it, without the question mark. */
  toString(): string {
    return this.#text;
  }
}

/**
 * The HTTP request that opened a connection.
 * Source: `HubCallerContext.GetHttpContext()` of ASP.NET Core.
 */
export interface ConnectionRequest {
  /** The path without the query, as the client sent it. */
  readonly path: string;
  readonly query: QueryParameters;
  /**
   * The values of the path's parameters, decoded. For the path `/tenants/:tenant/hub`, this is
   * `{ tenant: '…' }`.
   */
  readonly params: Readonly<Record<string, string>>;
  /** The headers. Values are decoded as UTF-8 if they are valid UTF-8, otherwise as Latin-1. */
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string | undefined;
}

/**
 * Splits a request target into path and query. Never throws, also if the target is not a URL.
 * @example
 * splitTarget('/chat?id=1'); // { path: '/chat', query: 'id=1' }
 */
export function splitTarget(target: string): { path: string; query: string } {
  // RFC 9112, section 3.2.2: clients send the absolute form to proxies.
  if (!target.startsWith('/')) {
    const relative = target.replace(/^https?:\/\/[^/?#]*/i, '');
    if (relative !== target)
      return splitTarget(relative.startsWith('/') ? relative : `/${relative}`);
  }
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/**
 * Returns the URL of a request target on a server. The host is always that of `server`, even for
 * `//host/path` and `http://host/path`, so use it instead of `new URL(request.url, server)` to
 * forward a request. Never throws for a target that is not a URL. The path of `server` is ignored.
 * @example
 * resolveTarget(request.url ?? '/', new URL('http://127.0.0.1:5000'));
 */
export function resolveTarget(target: string, server: URL): URL {
  const { path, query } = splitTarget(target);
  const url = new URL(server);
  url.pathname = path;
  url.search = query;
  url.hash = '';
  return url;
}

/** Copies what a connection keeps of a request, so that the request can be garbage collected. */
export function connectionRequest(
  request: IncomingMessage,
  params: ConnectionRequest['params'] = {},
): ConnectionRequest {
  const { path, query } = readTarget(request);
  // Not an object spread, which takes 2 µs if members follow it.
  return {
    path,
    query,
    params,
    headers: decodeHeaders(request.headers),
    remoteAddress: request.socket.remoteAddress,
  };
}

/**
 * A request that opens no connection, so that it need not outlive the request of Node. Most
 * negotiations use neither the headers nor the address, which costs a system call.
 */
export class BriefRequest implements ConnectionRequest {
  readonly path: string;
  readonly query: QueryParameters;
  readonly params: ConnectionRequest['params'];
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage, params: ConnectionRequest['params']) {
    const { path, query } = readTarget(request);
    this.path = path;
    this.query = query;
    this.params = params;
    this.#request = request;
  }

  get headers(): IncomingHttpHeaders {
    return decodeHeaders(this.#request.headers);
  }

  get remoteAddress(): string | undefined {
    return this.#request.socket.remoteAddress;
  }
}

function readTarget(request: IncomingMessage): { path: string; query: QueryParameters } {
  // express removes the prefix of a mounted router from `url`.
  const { originalUrl } = request as IncomingMessage & { originalUrl?: string };
  const { path, query } = splitTarget(originalUrl ?? request.url ?? '/');
  return { path, query: new QueryParameters(query) };
}
