import type { ServiceEndpoint } from '../endpoints/service-endpoint.ts';
import { errors } from '../errors.ts';

const API_VERSION = '2022-06-01';

/** A request to the REST API of a hub. */
export interface RestRequest {
  readonly method: 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /**
   * The path segments after the hub, for example `['groups', name, ':send']`, not percent-encoded.
   */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
}

/**
 * Sends requests to the REST API of one endpoint.
 * Source: data-plane REST API of Azure SignalR Service, version 2022-06-01.
 */
export class RestClient {
  readonly endpoint: ServiceEndpoint;
  readonly #applicationName: string | undefined;
  readonly #timeout: number;

  constructor(endpoint: ServiceEndpoint, applicationName: string | undefined, timeout: number) {
    this.endpoint = endpoint;
    this.#applicationName = applicationName?.toLowerCase();
    this.#timeout = timeout;
  }

  /**
   * Sends a request to a hub. Returns false if the service does not know the connection, user or
   * group.
   * @throws {AzureSignalRError} if the service refuses the request.
   */
  async send(hub: string, request: RestRequest): Promise<boolean> {
    // The last segment of a POST is the operation. Its colon must not be encoded.
    const nameCount = request.method === 'POST' ? request.path.length - 1 : request.path.length;
    const names = [hub.toLowerCase(), ...request.path.slice(0, nameCount)];
    const operation = request.path.slice(nameCount);
    const path = ['/api/hubs', ...names.map(encodeName), ...operation].join('/');
    const application =
      this.#applicationName === undefined ? {} : { application: this.#applicationName };
    const { status, serviceCode } = await this.#send(
      request,
      path,
      new URLSearchParams(application),
    );
    if (status === 404 && serviceCode !== UNKNOWN_CONNECTION) return false;
    if (status >= 200 && status < 300) return true;
    throw errors.restRefused(this.endpoint.name, status, serviceCode);
  }

  /** Returns true if the service reports that it is healthy. Rejects if it cannot be reached. */
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
  ): Promise<{ status: number; serviceCode: string | undefined }> {
    parameters.set('api-version', API_VERSION);
    // The audience of the token is the address up to here. Parameters that follow are not part of
    // it.
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
      throw errors.restUnreachable(this.endpoint.name, cause);
    });
    await response.body?.cancel();
    const serviceCode = response.headers.get('x-ms-error-code') ?? undefined;
    return { status: response.status, serviceCode };
  }
}

/**
 * The code with which the service reports an unknown connection. Such a connection cannot join a
 * group. This is an error, although the status is 404, as for a negative answer.
 */
const UNKNOWN_CONNECTION = 'Error.Connection.NotExisted';

/**
 * Percent-encodes one path segment. Refuses `.` and `..`, which no encoding protects: a message to
 * the user `..` would be sent to all.
 */
function encodeName(name: string): string {
  if (name === '.' || name === '..') throw errors.dotsAsName(name);
  const wellFormed = Buffer.from(name).toString('utf8'); // Replaces lone surrogates.
  return encodeURIComponent(wellFormed);
}
