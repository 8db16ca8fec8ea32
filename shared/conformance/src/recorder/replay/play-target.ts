/** How a connection is opened. */
export interface PlayTarget {
  /** The address of the server, without a path. */
  readonly url: string;
  /** Headers of every request, for example a token. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parameters for the query of every request, percent-encoded. */
  readonly query?: string;
  /** How long to wait for each response, in ms. */
  readonly timeout: number;
}

/** Sends the requests of one connection, with the cookies that the server has set. */
export class PlayRequests {
  readonly #target: PlayTarget;
  readonly #cookies = new Map<string, string>();

  constructor(target: PlayTarget) {
    this.#target = target;
  }

  /** Returns the URL of a recorded path. */
  urlOf(path: string, ...queries: readonly string[]): string {
    const { url, query = '' } = this.#target;
    const all = [...queries, query].filter((part) => part !== '').join('&');
    return url + path + (all === '' ? '' : `?${all}`);
  }

  /** The headers of the next request. */
  get headers(): Record<string, string> {
    const { headers } = this.#target;
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`);
    const all = [headers['cookie'] ?? '', ...cookies].filter((part) => part !== '');
    return { ...headers, ...(all.length > 0 && { cookie: all.join('; ') }) };
  }

  /** Sends a request. Rejects if the response is not complete in time. */
  async send(
    method: string,
    url: string,
    body?: string | Uint8Array<ArrayBuffer>,
  ): Promise<[status: number, text: string]> {
    const signal = AbortSignal.timeout(this.#target.timeout);
    const response = await this.#fetch(url, {
      method,
      signal,
      ...(body !== undefined && { body }),
    });
    return [response.status, await response.text()];
  }

  /**
   * Sends a GET whose response may take longer, as those of polls and streams do. Rejects if its
   * headers do not arrive in time, unless `canWait` is true.
   */
  async get(url: string, accept: string, stop: AbortSignal, canWait: boolean): Promise<Response> {
    const tooLate = new AbortController();
    const timer = canWait
      ? undefined
      : setTimeout(() => tooLate.abort(new Error('timeout')), this.#target.timeout);
    try {
      const signal = AbortSignal.any([tooLate.signal, stop]);
      return await this.#fetch(url, { headers: { accept }, signal });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Redirects are not followed, because they were recorded as they are. */
  async #fetch(url: string, options: RequestInit): Promise<Response> {
    const headers = { ...this.headers, ...(options.headers as Record<string, string>) };
    const response = await fetch(url, { ...options, headers, redirect: 'manual' });
    this.#learnCookies(response.headers.getSetCookie());
    return response;
  }

  #learnCookies(cookies: readonly string[]): void {
    for (const cookie of cookies) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(cookie) ?? [];
      if (name !== undefined) this.#cookies.set(name.trim(), value ?? '');
    }
  }
}
