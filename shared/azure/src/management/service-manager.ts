import { transportNames } from '@practical-signalr/server/transports';
import { resolveAzureOptions, type EndpointOptions, refuseNoTime } from '../azure-options.ts';
import type { AccessTokenAlgorithm } from '../endpoints/access-token.ts';
import { createEndpoints } from '../endpoints/create-endpoints.ts';
import { chooseEndpoint } from '../endpoints/endpoint-router.ts';
import { serviceHubName } from '../endpoints/service-endpoint.ts';
import { optionsFromEnvironment } from '../environment.ts';
import { errorTexts } from '../error-texts.ts';
import { clientClaims } from '../negotiation/client-claims.ts';
import { RestClient } from './rest-client.ts';
import { RestHub } from './rest-hub.ts';
import { ServiceHubClients } from './service-hub-clients.ts';
import type { ConnectionInfo, NegotiateOptions, ServiceHubContext } from './service-hub-context.ts';

/** Options of {@link ServiceManager}; all are optional. Times in ms. Source: `ServiceManagerOptions` of the management SDK. */
export interface ServiceManagerOptions {
  /** Default: the environment variable `Azure__SignalR__ConnectionString`. */
  readonly connectionString?: string;
  /** Several instances of the service; or one without a connection string. */
  readonly endpoints?: readonly (string | EndpointOptions)[];
  /** Keeps apps apart that share an instance of the service. */
  readonly applicationName?: string;
  /** Default `HS256`. */
  readonly accessTokenAlgorithm?: AccessTokenAlgorithm;
  /** Time for a request to the service. Default 30,000 ms. */
  readonly timeout?: number;
  /** Where connection strings and settings are looked up. Default `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const ONE_HOUR = 3_600_000;

/**
 * Sends to clients of the service, and lets clients in, without a server connection: for functions, jobs and scripts.
 * Source: `ServiceManager` of the management SDK, transient mode.
 * @throws {TypeError} a sentence when there is no connection string, or it is wrong.
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
      endpoints: found,
      applicationName,
      accessTokenAlgorithm,
    } = optionsFromEnvironment(environment);
    const isTold = options.connectionString !== undefined || options.endpoints !== undefined;
    const settings = resolveAzureOptions({
      ...(applicationName === undefined ? {} : { applicationName }),
      ...(accessTokenAlgorithm === undefined ? {} : { accessTokenAlgorithm }),
      ...(isTold || found === undefined ? {} : { endpoints: found }),
      ...options,
    });
    refuseNoTime('timeout', timeout);
    this.#applicationName = settings.applicationName;
    this.#clients = createEndpoints(settings).map(
      (endpoint) => new RestClient(endpoint, settings.applicationName, timeout),
    );
  }

  /** Whether every endpoint answers. Rejects when one cannot be reached. */
  async isHealthy(): Promise<boolean> {
    const answers = await Promise.all(this.#clients.map((client) => client.isHealthy()));
    return answers.every(Boolean);
  }

  /**
   * One hub, by the name of its class; case does not matter.
   * @throws {TypeError} where the service could not know a hub of that name.
   */
  hubContext<TClient = Record<string, (...args: readonly unknown[]) => unknown>>(
    hub: string,
  ): ServiceHubContext<TClient> {
    if (!/^[A-Za-z][A-Za-z0-9_`,.[\]]{0,127}$/.test(hub))
      throw new TypeError(errorTexts.wrongHubName);
    const rest = new RestHub(hub, this.#clients);
    return {
      clients: new ServiceHubClients<TClient>((requests) =>
        Promise.all(requests.map((request) => rest.ask(request))),
      ),
      groups: {
        add: (connectionId, group) =>
          rest.add(['groups', named(group), 'connections', connectionId]),
        remove: (connectionId, group) =>
          rest.remove(['groups', named(group), 'connections', connectionId]),
        removeFromAll: (connectionId) => rest.remove(['connections', connectionId, 'groups']),
      },
      userGroups: {
        add: (userId, group, { ttl } = {}) =>
          rest.add(['users', userId, 'groups', named(group)], {
            ttl: ttl === undefined ? ttl : String(Math.ceil(ttl / 1000)),
          }),
        remove: (userId, group) => rest.remove(['users', userId, 'groups', named(group)]),
        removeFromAll: (userId) => rest.remove(['users', userId, 'groups']),
        has: (userId, group) => rest.exists(['users', userId, 'groups', named(group)]),
      },
      clientManager: {
        connectionExists: (connectionId) => rest.exists(['connections', connectionId]),
        userExists: (userId) => rest.exists(['users', userId]),
        groupExists: (group) => rest.exists(['groups', named(group)]),
        closeConnection: (connectionId, reason) =>
          rest.remove(['connections', connectionId], { reason }),
        closeAll: (options) => rest.close([], options),
        closeUser: (userId, options) => rest.close(['users', userId], options),
        closeGroup: (group, options) => rest.close(['groups', named(group)], options),
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
    // Without connections to them nobody knows which are online.
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

/** @throws {TypeError} where no group can have the name. */
function named(group: string): string {
  if (group.trim() === '' || group.length > 1024) throw new TypeError(errorTexts.wrongGroupName);
  return group;
}
