import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { decodeHeaders } from './utf8-text.ts';

/** Query parameters with case-insensitive names, as in ASP.NET Core. */
export class QueryParameters {
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly #text: string;

  constructor(query: string) {
    this.#text = query;
    const values = new Map<string, string[]>();
    for (const [name, value] of new URLSearchParams(query)) {
      const key = name.toLowerCase();
      const list = values.get(key);
      if (list === undefined) values.set(key, [value]);
      else list.push(value);
    }
    this.#values = values;
  }

  /**
   * Returns the value, or undefined. Several values are joined with commas, as in ASP.NET Core, so
   * that a request cannot hide a value behind another.
   */
  get(name: string): string | undefined {
    const values = this.#values.get(name.toLowerCase());
    if (values === undefined || values.length === 1) return values?.[0];
    return values.filter((value) => value !== '').join(',');
  }

  /** Returns all values of one parameter. */
  getAll(name: string): readonly string[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }

  /** Returns the values of all parameters. */
  values(): readonly string[] {
    return [...this.#values.values()].flat();
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
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

/** Splits a request target into path and query. Never throws, also if the target is not a URL. */
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

/** Returns the part of a request that outlives it. The request itself can be garbage collected. */
export function connectionRequest(
  request: IncomingMessage,
  params: ConnectionRequest['params'] = {},
): ConnectionRequest {
  // express removes the prefix of a mounted router from `url`.
  const { originalUrl } = request as IncomingMessage & { originalUrl?: string };
  const { path, query } = splitTarget(originalUrl ?? request.url ?? '/');
  return {
    path,
    query: new QueryParameters(query),
    params,
    headers: decodeHeaders(request.headers),
    remoteAddress: request.socket.remoteAddress,
  };
}
