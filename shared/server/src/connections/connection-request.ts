import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { decodeHeaders } from './utf8-text.ts';

/** Query parameters whose names are found without regard to case, as ASP.NET Core finds them. */
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

  /** The value, or undefined. Several are joined with commas, as in ASP.NET Core: no one can hide a value behind another. */
  get(name: string): string | undefined {
    const values = this.#values.get(name.toLowerCase());
    if (values === undefined || values.length === 1) return values?.[0];
    return values.filter((value) => value !== '').join(',');
  }

  getAll(name: string): readonly string[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }

  /** The values of all parameters. */
  values(): readonly string[] {
    return [...this.#values.values()].flat();
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  /** The query as the client wrote it, without its question mark. */
  toString(): string {
    return this.#text;
  }
}

/** What a hub may know of the HTTP request that opened its connection. Source: `HubCallerContext.GetHttpContext()`. */
export interface ConnectionRequest {
  /** Path without the query, as the client wrote it. */
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

/** Splits a request target; text that is no URL counts as a path. */
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

/** The part of a request that outlives it; the request itself is not kept. */
export function connectionRequest(
  request: IncomingMessage,
  params: ConnectionRequest['params'] = {},
): ConnectionRequest {
  // express cuts the prefix of a mounted router off `url`.
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
