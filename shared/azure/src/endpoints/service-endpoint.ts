import { randomBytes } from 'node:crypto';
import type { EndpointCredentials } from './endpoint-credentials.ts';

/** Primary endpoints take clients; secondary ones only while no primary is online. */
export type EndpointType = 'primary' | 'secondary';

/** Where an endpoint is. URLs have no slash at the end. */
export interface EndpointAddresses {
  readonly endpoint: string;
  readonly clientEndpoint?: string | undefined;
  readonly serverEndpoint?: string | undefined;
}

/** One instance of the service: its URLs, and the audiences of tokens for them. */
export class ServiceEndpoint {
  readonly name: string;
  readonly type: EndpointType;
  readonly credentials: EndpointCredentials;
  /** Base of server connections and of the REST API, without a slash at the end. */
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
    this.#audienceBase = `${protocol}//${hostname}`; // never a port: the service does not know its own
  }

  serverUrl(hub: string, connectionId: string, target?: string): string {
    const wanted = target === undefined ? '' : `&target=${encodeURIComponent(target)}`;
    return `${this.serverBase.replace(/^http/i, 'ws')}/server/?hub=${encodeURIComponent(hub)}&cid=${connectionId}${wanted}`;
  }

  serverAudience(hub: string): string {
    return `${this.#audienceBase}/server/?hub=${encodeURIComponent(hub)}`;
  }

  /** Where a client goes that asked for `path` of the app with `query`. */
  clientUrl(hub: string, path: string, query: string): string {
    const requestId = encodeURIComponent(randomBytes(8).toString('base64'));
    const original = `${path === '' ? '' : `&asrs.op=${encodeURIComponent(path)}`}${query === '' ? '' : `&${query}`}`;
    return `${this.#clientBase}/client/?hub=${encodeURIComponent(hub)}${original}&asrs_request_id=${requestId}`;
  }

  clientAudience(hub: string): string {
    return `${this.#audienceBase}/client/?hub=${encodeURIComponent(hub)}`;
  }

  /** The audience for a request to the REST API, by its path below the server base. */
  restAudience(path: string): string {
    return `${this.#audienceBase}${path}`;
  }
}

/** The name that the service knows a hub by. */
export const serviceHubName = (hub: string, applicationName: string | undefined): string =>
  (applicationName === undefined || applicationName === ''
    ? hub
    : `${applicationName}_${hub}`
  ).toLowerCase();
