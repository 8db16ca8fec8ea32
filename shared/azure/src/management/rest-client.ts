import type { ServiceEndpoint } from '../endpoints/service-endpoint.ts';
import { errorTexts } from '../error-texts.ts';
import { AzureSignalRError } from './azure-signalr-error.ts';

const API_VERSION = '2022-06-01';

/** One request to the REST API of a hub. */
export interface RestRequest {
  readonly method: 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** Behind the hub, for example `['groups', name, ':send']`; percent-encoded on the way. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
}

/** Asks the data plane of one endpoint. Source: data-plane REST API of Azure SignalR Service, version 2022-06-01. */
export class RestClient {
  readonly endpoint: ServiceEndpoint;
  readonly #applicationName: string | undefined;
  readonly #timeout: number;

  constructor(endpoint: ServiceEndpoint, applicationName: string | undefined, timeout: number) {
    this.endpoint = endpoint;
    this.#applicationName = applicationName?.toLowerCase();
    this.#timeout = timeout;
  }

  /** True where the service has done it, false where it knows no such connection, user or group. */
  async ask(hub: string, request: RestRequest): Promise<boolean> {
    // What is posted ends with what to do, whose colon stands for itself.
    const [names, verbs] =
      request.method === 'POST'
        ? [request.path.slice(0, -1), request.path.slice(-1)]
        : [request.path, []];
    const path = ['/api/hubs', ...[hub.toLowerCase(), ...names].map(encodeName), ...verbs].join(
      '/',
    );
    const application =
      this.#applicationName === undefined ? {} : { application: this.#applicationName };
    const { status, code } = await this.#send(request, path, new URLSearchParams(application));
    if (status === 404 && code !== UNKNOWN_CONNECTION) return false;
    if (status >= 200 && status < 300) return true;
    throw new AzureSignalRError(errorTexts.restRefused(this.endpoint.name, status), status, code);
  }

  /** Whether the service is up. Rejects when it cannot be reached. */
  async isHealthy(): Promise<boolean> {
    const { status } = await this.#send(
      { method: 'HEAD', path: [] },
      '/api/health',
      new URLSearchParams(),
    );
    return status === 200;
  }

  async #send(
    { method, query = {}, body }: RestRequest,
    path: string,
    parameters: URLSearchParams,
  ): Promise<{ status: number; code: string | undefined }> {
    parameters.set('api-version', API_VERSION);
    // The token is for this address; what is added behind it is not part of its audience.
    const audience = this.endpoint.restAudience(`${path}?${parameters.toString()}`);
    for (const [name, values = []] of Object.entries(query)) {
      for (const value of [values].flat()) parameters.append(name, value as string);
    }
    const token = await this.endpoint.credentials.serverToken(audience, {});
    const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const response = await fetch(`${this.endpoint.serverBase}${path}?${parameters.toString()}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(this.#timeout),
    }).catch((cause: unknown) => {
      throw new Error(errorTexts.restUnreachable(this.endpoint.name), { cause });
    });
    await response.body?.cancel();
    return { status: response.status, code: response.headers.get('x-ms-error-code') ?? undefined };
  }
}

/** A connection that cannot join a group since it does not exist is a mistake, not an answer. */
const UNKNOWN_CONNECTION = 'Error.Connection.NotExisted';

/** No encoding keeps one or two points from being a step in the path: a message to the user `..` would go to all. */
function encodeName(name: string): string {
  if (name === '.' || name === '..') throw new TypeError(errorTexts.pointsAsName(name));
  return encodeURIComponent(Buffer.from(name).toString('utf8')); // half a surrogate pair becomes a replacement character
}
