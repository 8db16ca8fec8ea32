import { randomBytes } from 'node:crypto';
import type { EndpointCredentials } from './endpoint-credentials.ts';

/** Secondary endpoints receive clients only while no primary endpoint is online. */
export type EndpointType = 'primary' | 'secondary';

/** The URLs of an endpoint, without a slash at the end. */
export interface EndpointAddresses {
  readonly endpoint: string;
  readonly clientEndpoint?: string | undefined;
  readonly serverEndpoint?: string | undefined;
}

/** One instance of the service: its URLs, and the audiences of the tokens for them. */
export class ServiceEndpoint {
  readonly name: string;
  readonly type: EndpointType;
  readonly credentials: EndpointCredentials;
  /** The base URL of server connections and the REST API, without a slash at the end. */
  readonly serverBase: string;
  readonly #clientBase: string;
  readonly #audienceBase: string;

  constructor(
    name: string,
    type: EndpointType,
    addresses: EndpointAddresses,
    credentials: EndpointCredentials,
  ) {
    this.name = name;
    this.type = type;
    this.credentials = credentials;
    this.serverBase = addresses.serverEndpoint ?? addresses.endpoint;
    this.#clientBase = addresses.clientEndpoint ?? addresses.endpoint;
    const { protocol, hostname } = new URL(addresses.endpoint);
    // Without the port, which the service does not know.
    this.#audienceBase = `${protocol}//${hostname}`;
  }

  serverUrl(hub: string, connectionId: string, target?: string): string {
    const targetParameter = target === undefined ? '' : `&target=${encodeURIComponent(target)}`;
    return `${this.serverBase.replace(/^http/i, 'ws')}/server/?hub=${encodeURIComponent(hub)}&cid=${connectionId}${targetParameter}`;
  }

  serverAudience(hub: string): string {
    return `${this.#audienceBase}/server/?hub=${encodeURIComponent(hub)}`;
  }

  /** Returns the URL for a client that negotiated at `path` of the app with `query`. */
  clientUrl(hub: string, path: string, query: string): string {
    const requestId = encodeURIComponent(randomBytes(8).toString('base64'));
    const original = `${path === '' ? '' : `&asrs.op=${encodeURIComponent(path)}`}${query === '' ? '' : `&${query}`}`;
    return `${this.#clientBase}/client/?hub=${encodeURIComponent(hub)}${original}&asrs_request_id=${requestId}`;
  }

  clientAudience(hub: string): string {
    return `${this.#audienceBase}/client/?hub=${encodeURIComponent(hub)}`;
  }

  /** Returns the audience of a token for a request to the REST API. */
  restAudience(path: string): string {
    return `${this.#audienceBase}${path}`;
  }
}

/** Returns the name of a hub at the service. */
export const serviceHubName = (hub: string, applicationName: string | undefined): string =>
  (applicationName === undefined || applicationName === ''
    ? hub
    : `${applicationName}_${hub}`
  ).toLowerCase();
