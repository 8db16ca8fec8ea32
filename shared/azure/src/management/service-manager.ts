import { transportNames } from '@practical-signalr/server/transports';
import { resolveAzureOptions, type EndpointOptions, checkTime } from '../azure-options.ts';
import type { AccessTokenAlgorithm } from '../endpoints/access-token.ts';
import { createEndpoints } from '../endpoints/create-endpoints.ts';
import { chooseEndpoint } from '../endpoints/endpoint-router.ts';
import { serviceHubName } from '../endpoints/service-endpoint.ts';
import { optionsFromEnvironment } from '../environment.ts';
import { errors } from '../errors.ts';
import { clientClaims } from '../negotiation/client-claims.ts';
import { RestClient } from './rest-client.ts';
import { RestHub } from './rest-hub.ts';
import { ServiceHubClients } from './service-hub-clients.ts';
import type { ConnectionInfo, NegotiateOptions, ServiceHubContext } from './service-hub-context.ts';

/**
 * The options of {@link ServiceManager}. All are optional; times are in ms.
 * Source: `ServiceManagerOptions` of the management SDK.
 */
export interface ServiceManagerOptions {
  /**
   * The connection string of one instance of the service.
   * Default: the environment variable `Azure__SignalR__ConnectionString`.
   */
  readonly connectionString?: string;
  /** Several instances of the service, or one that is not described by a connection string. */
  readonly endpoints?: readonly (string | EndpointOptions)[];
  /** Separates apps that share an instance of the service. It becomes part of the hub's name. */
  readonly applicationName?: string;
  /** The algorithm that signs tokens. Default: `HS256`. */
  readonly accessTokenAlgorithm?: AccessTokenAlgorithm;
  /** The maximum time for a request to the service. Default: 30,000 ms. */
  readonly timeout?: number;
  /** The environment variables to read settings from. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const ONE_HOUR = 3_600_000;

/**
 * Sends to clients of the service and answers negotiations without a server connection. Use it in
 * functions, jobs and scripts.
 * Source: `ServiceManager` of the management SDK, transient mode.
 * @throws {TypeError} if there is no connection string (`ERR_SIGNALR_AZURE_NO_CONNECTION_STRING`),
 * or if it is invalid (`ERR_SIGNALR_AZURE_INVALID_CONNECTION_STRING`).
 * @example
 * const chat = new ServiceManager().hubContext<ChatClient>('ChatHub');
 * await chat.clients.all.send('ReceiveMessage', 'from a job');
 */
export class ServiceManager {
  readonly #clients: readonly RestClient[];
  readonly #applicationName: string | undefined;

  constructor({
    timeout = 30_000,
    environment = process.env,
    ...options
  }: ServiceManagerOptions = {}) {
    const {
      endpoints: environmentEndpoints,
      applicationName,
      accessTokenAlgorithm,
    } = optionsFromEnvironment(environment);
    const hasEndpoints = options.connectionString !== undefined || options.endpoints !== undefined;
    const settings = resolveAzureOptions({
      ...(applicationName === undefined ? {} : { applicationName }),
      ...(accessTokenAlgorithm === undefined ? {} : { accessTokenAlgorithm }),
      ...(hasEndpoints || environmentEndpoints === undefined
        ? {}
        : { endpoints: environmentEndpoints }),
      ...options,
    });
    checkTime('timeout', timeout);
    this.#applicationName = settings.applicationName;
    this.#clients = createEndpoints(settings).map(
      (endpoint) => new RestClient(endpoint, settings.applicationName, timeout),
    );
  }

  /**
   * Returns true if every endpoint reports that it is healthy. Rejects if an endpoint cannot be
   * reached (`ERR_SIGNALR_AZURE_REST_UNREACHABLE`).
   */
  async isHealthy(): Promise<boolean> {
    const answers = await Promise.all(this.#clients.map((client) => client.isHealthy()));
    return answers.every(Boolean);
  }

  /**
   * Returns the context of one hub. The name is that of the hub's class, case-insensitive.
   * @throws {TypeError} if a hub cannot have this name (`ERR_SIGNALR_AZURE_INVALID_NAME`).
   */
  hubContext<TClient = Record<string, (...args: readonly unknown[]) => unknown>>(
    hub: string,
  ): ServiceHubContext<TClient> {
    if (!/^[A-Za-z][A-Za-z0-9_`,.[\]]{0,127}$/.test(hub)) throw errors.wrongHubName();
    const rest = new RestHub(hub, this.#clients);
    return {
      clients: new ServiceHubClients<TClient>((requests) =>
        Promise.all(requests.map((request) => rest.send(request))),
      ),
      groups: {
        add: async (connectionId, group) =>
          rest.addConnection(['groups', checkGroupName(group), 'connections', connectionId]),
        remove: async (connectionId, group) =>
          rest.remove(['groups', checkGroupName(group), 'connections', connectionId]),
        removeFromAll: (connectionId) => rest.remove(['connections', connectionId, 'groups']),
      },
      userGroups: {
        add: async (userId, group, { ttl } = {}) =>
          rest.addUser(['users', userId, 'groups', checkGroupName(group)], {
            ttl: ttl === undefined ? ttl : String(Math.ceil(ttl / 1000)),
          }),
        remove: async (userId, group) =>
          rest.remove(['users', userId, 'groups', checkGroupName(group)]),
        removeFromAll: (userId) => rest.remove(['users', userId, 'groups']),
        has: async (userId, group) =>
          rest.exists(['users', userId, 'groups', checkGroupName(group)]),
      },
      clientManager: {
        connectionExists: (connectionId) => rest.exists(['connections', connectionId]),
        userExists: (userId) => rest.exists(['users', userId]),
        groupExists: async (group) => rest.exists(['groups', checkGroupName(group)]),
        closeConnection: (connectionId, reason) =>
          rest.remove(['connections', connectionId], { reason }),
        closeAll: (options) => rest.close([], options),
        closeUser: (userId, options) => rest.close(['users', userId], options),
        closeGroup: async (group, options) =>
          rest.close(['groups', checkGroupName(group)], options),
      },
      negotiate: (options = {}) => this.#negotiate(hub, options),
    };
  }

  async #negotiate(
    hub: string,
    {
      userId,
      claims,
      lifetime = ONE_HOUR,
      closeOnAuthenticationExpiration = false,
    }: NegotiateOptions,
  ): Promise<ConnectionInfo> {
    const endpoints = this.#clients.map(({ endpoint }) => endpoint);
    // Without server connections, the state of the endpoints is unknown.
    const unknown = { isOnline: true, clientCount: 0, serverCount: 0, capacity: 0 };
    const chosen = chooseEndpoint(
      endpoints.map((endpoint) => ({
        ...unknown,
        endpoint,
        name: endpoint.name,
        type: endpoint.type,
      })),
    );
    const { endpoint } = chosen as { endpoint: (typeof endpoints)[number] };
    const name = serviceHubName(hub, this.#applicationName);
    const all = clientClaims(
      claims,
      {
        userIdentifier: userId,
        transports: transportNames,
        handshakeTimeout: 15_000,
        enableDetailedErrors: false,
        closeOnAuthenticationExpiration,
      },
      {
        isDiagnosticClient: false,
        endpointCount: endpoints.length,
        closeOnAuthenticationExpiration,
      },
    );
    return {
      url: endpoint.clientUrl(name, '', ''),
      accessToken: await endpoint.credentials.clientToken(
        endpoint.clientAudience(name),
        all,
        lifetime,
      ),
    };
  }
}

/** @throws {TypeError} if a group cannot have this name (`ERR_SIGNALR_AZURE_INVALID_NAME`). */
function checkGroupName(group: string): string {
  if (group.trim() === '' || group.length > 1024) throw errors.wrongGroupName();
  return group;
}
