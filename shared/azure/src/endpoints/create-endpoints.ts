import type { AzureSettings, EndpointOptions } from '../azure-options.ts';
import { errorTexts } from '../error-texts.ts';
import { accessKey } from './access-token.ts';
import { parseConnectionString } from './connection-string.ts';
import { AccessKeyCredentials, EntraCredentials } from './endpoint-credentials.ts';
import { type EndpointAddresses, ServiceEndpoint } from './service-endpoint.ts';
import { credentialOf, type TokenCredential } from './token-credential.ts';

/**
 * The endpoints that the settings name.
 * @throws {TypeError} a sentence when there is none, or one cannot be read.
 */
export function createEndpoints(settings: AzureSettings): ServiceEndpoint[] {
  const named: (string | EndpointOptions)[] = [...(settings.endpoints ?? [])];
  if (settings.connectionString !== undefined) named.unshift(settings.connectionString);
  if (named.length === 0) throw new TypeError(errorTexts.noConnectionString);
  const endpoints = named.map((options) => createEndpoint(options, settings));
  if (endpoints.every(({ type }) => type === 'secondary'))
    throw new TypeError(errorTexts.noPrimaryEndpoint);
  return endpoints;
}

function createEndpoint(
  options: string | EndpointOptions,
  settings: AzureSettings,
): ServiceEndpoint {
  if (typeof options === 'string') return createEndpoint({ connectionString: options }, settings);
  if (!isEndpoint(options)) throw new TypeError(errorTexts.notAnEndpoint);
  const { type = 'primary' } = options;
  if (type !== 'primary' && type !== 'secondary') throw new TypeError(errorTexts.wrongEndpointType);
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
    clientEndpoint: options.clientEndpoint && url('clientEndpoint', options.clientEndpoint),
    serverEndpoint: options.serverEndpoint && url('serverEndpoint', options.serverEndpoint),
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

/** What comes from JavaScript, or from a variable that is not set, may be anything. */
function isEndpoint(options: unknown): boolean {
  if (typeof options !== 'object' || options === null) return false;
  if ('connectionString' in options) return typeof options.connectionString === 'string';
  const { endpoint, credential } = options as Partial<Record<string, { getToken?: unknown }>>;
  return typeof endpoint === 'string' && typeof credential?.getToken === 'function';
}

function url(name: string, value: string): string {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value))
    throw new TypeError(errorTexts.notAnHttpEndpoint(name));
  return value.replace(/\/+$/, '');
}
