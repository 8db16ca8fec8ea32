import { HttpClient, type HttpRequest, type HttpResponse } from '@microsoft/signalr';

/** What a server says about the token of its user, in a negotiate or a refresh response. */
interface TokenResponse {
  readonly tokenLifetimeSeconds?: unknown;
  /**
   * A token for the transport. Servers that redirect their clients, for example to Azure, send it.
   */
  readonly accessToken?: string;
}

interface NegotiateResponse extends TokenResponse {
  readonly url?: string;
  readonly connectionId?: string;
  readonly connectionToken?: string;
}

/**
 * The values of a negotiate response that apply after its redirect, unless the next response
 * replaces them.
 */
interface Redirect {
  readonly lifetime: number | undefined;
  readonly transportToken: string | undefined;
}

/** The result of a negotiation. */
export interface NegotiatedConnection extends Redirect {
  readonly connectionToken: string;
}

/** Returns the lifetime of a token in ms; undefined if the server does not report it. */
export function lifetimeIn({ tokenLifetimeSeconds }: TokenResponse): number | undefined {
  const isLifetime = typeof tokenLifetimeSeconds === 'number' && tokenLifetimeSeconds > 0;
  return isLifetime ? tokenLifetimeSeconds * 1000 : undefined;
}

/**
 * An HTTP client that reads the negotiate responses of a connection, and sends the newest token
 * with every other request. The official client keeps the token of its negotiation, which would
 * expire while it uses long polling.
 */
export class RefreshHttpClient extends HttpClient {
  readonly #inner: HttpClient;
  #token: string | undefined;
  #redirect: Redirect | undefined;
  #negotiated: NegotiatedConnection | undefined;

  constructor(inner: HttpClient) {
    super();
    this.#inner = inner;
  }

  /** The current connection; undefined before the negotiation, and if the client skips it. */
  get negotiated(): NegotiatedConnection | undefined {
    return this.#negotiated;
  }

  /** Sets the token of the user for the requests that follow. */
  useToken(token: string): void {
    this.#token = token;
  }

  /** Sets the token for the transport of the current connection. */
  useTransportToken(transportToken: string): void {
    if (this.#negotiated !== undefined) this.#negotiated = { ...this.#negotiated, transportToken };
  }

  /** Sends a request with its own token. */
  sendUnchanged(request: HttpRequest): Promise<HttpResponse> {
    return this.#inner.send(request);
  }

  override async send(request: HttpRequest): Promise<HttpResponse> {
    if (!isNegotiation(request)) return this.#inner.send(this.#withNewestToken(request));
    const redirect = this.#redirect;
    this.#redirect = undefined;
    this.#negotiated = undefined;
    const response = await this.#inner.send(request);
    this.#readNegotiation(parseNegotiation(response), redirect);
    return response;
  }

  override getCookieString(url: string): string {
    return this.#inner.getCookieString(url);
  }

  #withNewestToken(request: HttpRequest): HttpRequest {
    const token = this.#negotiated?.transportToken ?? this.#token;
    if (token === undefined || request.headers?.['Authorization'] === undefined) return request;
    return { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } };
  }

  #readNegotiation(response: NegotiateResponse, redirect: Redirect | undefined): void {
    const lifetime = lifetimeIn(response) ?? redirect?.lifetime;
    const transportToken = response.accessToken ?? redirect?.transportToken;
    const connectionToken = response.connectionToken ?? response.connectionId;
    if (response.url !== undefined) this.#redirect = { lifetime, transportToken };
    else if (connectionToken !== undefined)
      this.#negotiated = { lifetime, transportToken, connectionToken };
  }
}

function isNegotiation({ method, url }: HttpRequest): boolean {
  return method === 'POST' && url !== undefined && new URL(url).pathname.endsWith('/negotiate');
}

/** Returns an empty object if the response is not a JSON object. The official client reports it. */
function parseNegotiation({ content }: HttpResponse): NegotiateResponse {
  if (typeof content !== 'string') return {};
  try {
    const response: unknown = JSON.parse(content);
    return typeof response === 'object' && response !== null ? response : {};
  } catch {
    return {};
  }
}
