import type { AzureSettings, EndpointOptions } from '../azure-options.ts';
import { errors } from '../errors.ts';
import { accessKey } from './access-token.ts';
import { parseConnectionString } from './connection-string.ts';
import { AccessKeyCredentials, EntraCredentials } from './endpoint-credentials.ts';
import { type EndpointAddresses, ServiceEndpoint } from './service-endpoint.ts';
import { credentialOf, type TokenCredential } from './token-credential.ts';

/**
 * Creates the endpoints of the settings.
 * @throws {TypeError} if there is none (`ERR_SIGNALR_AZURE_NO_CONNECTION_STRING`), or one is
 * invalid (`ERR_SIGNALR_AZURE_INVALID_ENDPOINT`, `ERR_SIGNALR_AZURE_INVALID_CONNECTION_STRING`).
 */
export function createEndpoints(settings: AzureSettings): ServiceEndpoint[] {
  const definitions: (string | EndpointOptions)[] = [...(settings.endpoints ?? [])];
  if (settings.connectionString !== undefined) definitions.unshift(settings.connectionString);
  if (definitions.length === 0) throw errors.noConnectionString();
  const endpoints = definitions.map((options) => createEndpoint(options, settings));
  if (endpoints.every(({ type }) => type === 'secondary')) throw errors.noPrimaryEndpoint();
  return endpoints;
}

/** Creates one endpoint. Throws the errors of {@link createEndpoints}. */
export function createEndpoint(
  options: string | EndpointOptions,
  settings: AzureSettings,
): ServiceEndpoint {
  if (typeof options === 'string') return createEndpoint({ connectionString: options }, settings);
  if (!isEndpoint(options)) throw errors.notAnEndpoint();
  const { type = 'primary' } = options;
  if (type !== 'primary' && type !== 'secondary') throw errors.wrongEndpointType();
  const algorithm = settings.accessTokenAlgorithm;
  if ('connectionString' in options) {
    const { identity, ...addresses } = parseConnectionString(options.connectionString);
    const name = options.name ?? new URL(addresses.endpoint).host;
    if (identity.kind !== 'accessKey') {
      return new ServiceEndpoint(
        name,
        type,
        addresses,
        entra(addresses, () => credentialOf(identity)),
      );
    }
    const credentials = new AccessKeyCredentials(accessKey(identity.accessKey), algorithm);
    return new ServiceEndpoint(name, type, addresses, credentials);
  }
  const addresses = {
    endpoint: url('endpoint', options.endpoint),
    clientEndpoint: optionalUrl('clientEndpoint', options.clientEndpoint),
    serverEndpoint: optionalUrl('serverEndpoint', options.serverEndpoint),
  };
  const { credential } = options;
  const name = options.name ?? new URL(addresses.endpoint).host;
  return new ServiceEndpoint(
    name,
    type,
    addresses,
    entra(addresses, async () => credential),
  );

  function entra(at: EndpointAddresses, open: () => Promise<TokenCredential>): EntraCredentials {
    return new EntraCredentials(at.serverEndpoint ?? at.endpoint, open, algorithm);
  }
}

/**
 * Checks the type at run time: the value may come from JavaScript, or be an unset environment
 * variable.
 */
function isEndpoint(options: unknown): boolean {
  if (typeof options !== 'object' || options === null) return false;
  if ('connectionString' in options) return typeof options.connectionString === 'string';
  const { endpoint, credential } = options as Partial<Record<string, { getToken?: unknown }>>;
  return typeof endpoint === 'string' && typeof credential?.getToken === 'function';
}

const optionalUrl = (name: string, value: string | undefined): string | undefined =>
  value === undefined ? undefined : url(name, value);

function url(name: string, value: string): string {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) throw errors.notAnHttpEndpoint(name);
  return value.replace(/\/+$/, '');
}
