import { errors } from '../errors.ts';

/** How an app signs in to the service. */
export type EndpointIdentity =
  | { readonly kind: 'accessKey'; readonly accessKey: string }
  | { readonly kind: 'default' }
  | { readonly kind: 'managedIdentity'; readonly clientId?: string }
  | {
      readonly kind: 'application';
      readonly clientId: string;
      readonly tenantId: string;
      readonly clientSecret?: string;
      readonly clientCertificatePath?: string;
    };

/** The parts of a connection string. URLs have no slash at the end. */
export interface ConnectionString {
  /** Includes the port if the connection string has one. */
  readonly endpoint: string;
  readonly clientEndpoint: string | undefined;
  readonly serverEndpoint: string | undefined;
  readonly version: string | undefined;
  readonly identity: EndpointIdentity;
}

/**
 * Parses a connection string of Azure SignalR Service.
 * @throws {TypeError} if it is invalid (`ERR_SIGNALR_AZURE_INVALID_CONNECTION_STRING`). The message
 * never shows a value, because any of them may be the key.
 * @example
 * parseConnectionString('Endpoint=https://demo.service.signalr.net;AccessKey=…;Version=1.0;');
 */
export function parseConnectionString(connectionString: string): ConnectionString {
  const values = pairs(connectionString);
  const endpoint = values.get('endpoint');
  if (endpoint === undefined || endpoint === '') throw errors.missingEndpoint();
  const version = values.get('version');
  if (version !== undefined && !/^1\.\d+(?:[\w-.]+)?$/.test(version)) throw errors.wrongVersion();
  const [clientEndpoint, serverEndpoint] = ['ClientEndpoint', 'ServerEndpoint'].map((name) => {
    const value = values.get(name.toLowerCase());
    return value === undefined ? undefined : httpUrl(name, value).url;
  });
  return {
    endpoint: withPort(httpUrl('Endpoint', endpoint), values.get('port')),
    clientEndpoint,
    serverEndpoint,
    version,
    identity: identity(values),
  };
}

function pairs(connectionString: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const part of connectionString.split(';')) {
    const equals = part.indexOf('=');
    if (equals < 0) continue;
    const name = part.slice(0, equals).trim().toLowerCase();
    if (values.has(name)) throw errors.repeatedKey(knownKeys.get(name));
    values.set(name, part.slice(equals + 1).trim());
  }
  return values;
}

const knownKeys = new Map(
  [
    'Endpoint',
    'Port',
    'Version',
    'ClientEndpoint',
    'ServerEndpoint',
    'AccessKey',
    'AuthType',
    'ClientId',
    'TenantId',
    'ClientSecret',
    'ClientCert',
  ].map((name) => [name.toLowerCase(), name]),
);

function httpUrl(name: string, value: string): { url: string; parsed: URL } {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) throw errors.notAnHttpUrl(name);
  return { url: value.replace(/\/+$/, ''), parsed: new URL(value) };
}

function withPort({ url, parsed }: { url: string; parsed: URL }, port: string | undefined): string {
  if (port === undefined) return url;
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number < 1 || number > 65_535) throw errors.wrongPort();
  parsed.port = port;
  return parsed.href.replace(/\/+$/, '');
}

function identity(values: ReadonlyMap<string, string>): EndpointIdentity {
  const [clientId, tenantId] = [values.get('clientid'), values.get('tenantid')];
  switch (values.get('authtype')?.toLowerCase()) {
    case 'azure':
      return { kind: 'default' };
    case 'azure.msi':
      return managedIdentity(clientId);
    case 'azure.app':
      return application(clientId, tenantId, values);
    case 'aad':
      if (clientId === undefined || tenantId === undefined) return managedIdentity(clientId);
      return application(clientId, tenantId, values);
    default: {
      const accessKey = values.get('accesskey');
      if (accessKey !== undefined && accessKey !== '') return { kind: 'accessKey', accessKey };
      throw values.has('authtype') ? errors.unknownAuthType() : errors.missingAccessKey();
    }
  }
}

const managedIdentity = (clientId: string | undefined): EndpointIdentity =>
  clientId === undefined ? { kind: 'managedIdentity' } : { kind: 'managedIdentity', clientId };

function application(
  clientId: string | undefined,
  tenantId: string | undefined,
  values: ReadonlyMap<string, string>,
): EndpointIdentity {
  if (clientId === undefined) throw errors.applicationNeeds('ClientId');
  if (tenantId === undefined) throw errors.applicationNeeds('TenantId');
  const [clientSecret, clientCertificatePath] = [
    values.get('clientsecret'),
    values.get('clientcert'),
  ];
  if (clientSecret !== undefined) return { kind: 'application', clientId, tenantId, clientSecret };
  if (clientCertificatePath !== undefined)
    return { kind: 'application', clientId, tenantId, clientCertificatePath };
  throw errors.applicationNeeds('ClientSecret or ClientCert');
}
