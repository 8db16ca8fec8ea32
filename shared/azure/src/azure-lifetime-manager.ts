import {
  type ClaimsPrincipal,
  type CompletionMessage,
  type ConnectionRequest,
  type HealthReportEntry,
  type HubLifetimeManager,
  type LifetimeConnection,
  type Logger,
  type NegotiatedHub,
  type NegotiateRedirect,
  safeLogger,
  type ScaleOutHub,
  SharedMessage,
} from '@practical-signalr/server/scale-out';
import type { AzureSettings } from './azure-options.ts';
import { ClientConnectionManager } from './clients/client-connection-manager.ts';
import { ClientInvocations } from './clients/client-invocations.ts';
import {
  type ServerIdentity,
  ServiceConnectionContainer,
} from './connections/service-connection-container.ts';
import type { ServiceConnection } from './connections/service-connection.ts';
import { chooseEndpoint } from './endpoints/endpoint-router.ts';
import { EndpointSet } from './endpoints/endpoint-set.ts';
import { serviceHubName, type ServiceEndpoint } from './endpoints/service-endpoint.ts';
import { waitForOne } from './endpoints/wait-for-one.ts';
import { errors } from './errors.ts';
import { logMessages } from './log-messages.ts';
import { shutDownGracefully } from './graceful-shutdown.ts';
import { clientRedirect } from './negotiation/client-redirect.ts';
import {
  type Payloads,
  type ServiceMessage,
  ServiceMessageType,
} from './service-protocol/index.ts';

const done = Promise.resolve();
/** What a manager shares with the other hubs of its `azureSignalR`. */
export interface AzureScaleOutContext {
  readonly endpoints: readonly ServiceEndpoint[];
  readonly settings: AzureSettings;
  readonly identity: ServerIdentity;
  /** Called when the manager closes. */
  readonly onClosed: (manager: AzureLifetimeManager) => void;
}

/**
 * Sends to the clients of a hub through Azure SignalR Service, which holds their connections,
 * groups and users.
 * Source: `ServiceLifetimeManager<THub>` of azure-signalr.
 */
export class AzureLifetimeManager implements HubLifetimeManager {
  readonly #hub: ScaleOutHub;
  readonly #hubName: string;
  readonly #settings: AzureSettings;
  readonly #identity: ServerIdentity;
  readonly #clients: ClientConnectionManager;
  readonly #invocations: ClientInvocations;
  readonly #logger: Logger;
  readonly #onClosed: AzureScaleOutContext['onClosed'];
  readonly #endpoints: EndpointSet;

  constructor(
    hub: ScaleOutHub,
    { endpoints, settings: options, identity, onClosed }: AzureScaleOutContext,
  ) {
    const { allowStatefulReconnects = hub.allowStatefulReconnects === true } = options;
    const settings = { ...options, allowStatefulReconnects };
    // An error of the app's logger must not stop the loop that reconnects.
    const logger = settings.logger === undefined ? hub.logger : safeLogger(settings.logger);
    this.#logger = logger;
    this.#onClosed = onClosed;
    this.#endpoints = new EndpointSet(settings.router);
    this.#hub = hub;
    this.#hubName = serviceHubName(hub.hubName, settings.applicationName);
    this.#settings = settings;
    this.#identity = identity;
    this.#clients = new ClientConnectionManager(hub, logger);
    this.#invocations = new ClientInvocations(identity.serverId, hub.protocols);
    for (const endpoint of endpoints) this.addEndpoint(endpoint);
  }

  /** Connects to an endpoint. Clients are sent to it as soon as a server connection is open. */
  addEndpoint(endpoint: ServiceEndpoint): void {
    const container = new ServiceConnectionContainer(
      endpoint,
      this.#hubName,
      this.#settings,
      this.#identity,
      this.#logger,
      {
        onMessage: (connection, message) => this.#receive(connection, message),
        onClosed: (connection) => this.#handleLoss(connection),
        onInstanceOffline: (instanceId) => this.#clients.instanceLost(instanceId),
        clientCounts: (connection) => this.#clients.counts(connection),
      },
    );
    this.#endpoints.add(container);
  }

  /**
   * Sends no new clients to an endpoint, lets its clients leave as `gracefulShutdown` says, and
   * closes its server connections.
   */
  removeEndpoint(endpoint: ServiceEndpoint): Promise<void> {
    return this.#endpoints.remove(endpoint, this.#clients, this.#settings.gracefulShutdown);
  }

  // The service already knows the client.
  onConnected(): Promise<void> {
    return done;
  }

  onDisconnected({ connectionId }: LifetimeConnection): Promise<void> {
    this.#invocations.connectionLost(connectionId);
    return done;
  }

  sendAll(method: string, args: readonly unknown[]): Promise<void> {
    return this.sendAllExcept(method, args, []);
  }

  sendAllExcept(
    method: string,
    args: readonly unknown[],
    excludedIds: readonly string[],
  ): Promise<void> {
    const payloads = this.#payloads(method, args);
    return this.#send(this.#endpoints.route('broadcast'), {
      type: ServiceMessageType.BroadcastData,
      excludedList: excludedIds,
      payloads,
    });
  }

  sendConnection(connectionId: string, method: string, args: readonly unknown[]): Promise<void> {
    const client = this.#clients.find(connectionId);
    if (client === undefined) return this.sendConnections([connectionId], method, args);
    const payloads = this.#payloads(method, args, client.protocol?.name);
    const { connection } = client;
    connection.send({
      type: ServiceMessageType.MultiConnectionData,
      connectionList: [connectionId],
      payloads,
    });
    return connection.whenRoom() ?? done;
  }

  sendConnections(
    connectionIds: readonly string[],
    method: string,
    args: readonly unknown[],
  ): Promise<void> {
    const payloads = this.#payloads(method, args);
    const routes = this.#endpoints.routeAll('connection', connectionIds);
    return this.#send(routes, {
      type: ServiceMessageType.MultiConnectionData,
      connectionList: connectionIds,
      payloads,
    });
  }

  sendGroup(group: string, method: string, args: readonly unknown[]): Promise<void> {
    return this.sendGroupExcept(group, method, args, []);
  }

  sendGroupExcept(
    group: string,
    method: string,
    args: readonly unknown[],
    excludedIds: readonly string[],
  ): Promise<void> {
    return this.#send(this.#endpoints.route('group', group), {
      type: ServiceMessageType.GroupBroadcastData,
      groupName: group,
      excludedList: excludedIds,
      payloads: this.#payloads(method, args),
      excludedUserList: [],
      callerUserId: null,
    });
  }

  sendGroups(groups: readonly string[], method: string, args: readonly unknown[]): Promise<void> {
    const payloads = this.#payloads(method, args);
    const routes = this.#endpoints.routeAll('group', groups);
    return this.#send(routes, {
      type: ServiceMessageType.MultiGroupBroadcastData,
      groupList: groups,
      payloads,
    });
  }

  sendUser(userId: string, method: string, args: readonly unknown[]): Promise<void> {
    const payloads = this.#payloads(method, args);
    return this.#send(this.#endpoints.route('user', userId), {
      type: ServiceMessageType.UserData,
      userId,
      payloads,
    });
  }

  sendUsers(userIds: readonly string[], method: string, args: readonly unknown[]): Promise<void> {
    const payloads = this.#payloads(method, args);
    const routes = this.#endpoints.routeAll('user', userIds);
    return this.#send(routes, {
      type: ServiceMessageType.MultiUserData,
      userList: userIds,
      payloads,
    });
  }

  addToGroup(connectionId: string, group: string): Promise<void> {
    return this.#withAck(connectionId, group, ServiceMessageType.JoinGroupWithAck);
  }

  removeFromGroup(connectionId: string, group: string): Promise<void> {
    return this.#withAck(connectionId, group, ServiceMessageType.LeaveGroupWithAck);
  }

  invokeConnection(
    connectionId: string,
    method: string,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<unknown> {
    return this.#invocations.invoke(connectionId, signal, (invocationId, callerServerId) => {
      const connections = this.#connectionsTo(connectionId);
      if (connections.length === 0) throw errors.notConnected();
      const payloads = this.#encode(new SharedMessage(method, args, invocationId));
      for (const connection of connections) {
        connection.send({
          type: ServiceMessageType.ClientInvocation,
          invocationId,
          connectionId,
          callerServerId,
          payloads,
        });
      }
      return connections;
    });
  }

  setConnectionResult(connectionId: string, completion: CompletionMessage): void {
    const client = this.#clients.find(connectionId);
    this.#invocations.setResult(connectionId, completion, client?.connection, client?.protocol);
  }

  async negotiate(
    request: ConnectionRequest,
    user: ClaimsPrincipal | undefined,
    hub: NegotiatedHub,
  ): Promise<NegotiateRedirect> {
    const { router } = this.#settings;
    const open = this.#endpoints.staying;
    const online = open.filter(({ isOnline }) => isOnline);
    if (online.length === 0) throw errors.negotiateNotConnected();
    const chosen =
      router?.negotiate === undefined ? chooseEndpoint(online) : router.negotiate(request, open);
    const container = open.find((one) => one === chosen);
    if (container === undefined) throw errors.noEndpointChosen();
    const endpointCount = this.#endpoints.all.length;
    return clientRedirect(container.endpoint, this.#hubName, request, user, hub, {
      settings: this.#settings,
      serverId: this.#identity.serverId,
      endpointCount,
    });
  }

  health(): HealthReportEntry {
    const containers = this.#endpoints.staying;
    const online = containers.filter(({ isOnline }) => isOnline).length;
    const serverConnections = containers.reduce(
      (sum, { connectionCount }) => sum + connectionCount,
      0,
    );
    const data = {
      scaleOut: 'azure',
      endpoints: containers.length,
      online,
      serverConnections,
      clients: this.#clients.size,
    };
    if (online === containers.length) return { status: 'Healthy', data };
    // Without any endpoint, clients can neither connect nor receive messages.
    const status = online === 0 ? 'Unhealthy' : 'Degraded';
    return {
      status,
      description: logMessages.endpointsOffline(containers.length - online),
      data,
    };
  }

  closing(): Promise<void> {
    return shutDownGracefully(this.#endpoints.all, this.#clients, this.#settings.gracefulShutdown);
  }

  async close(): Promise<void> {
    this.#onClosed(this);
    this.#clients.close();
    for (const container of this.#endpoints.all) container.close();
  }

  /** Returns a server connection of each endpoint that may have the client. */
  #connectionsTo(connectionId: string): readonly ServiceConnection[] {
    const own = this.#clients.find(connectionId)?.connection;
    if (own?.isOpen === true) return [own];
    return this.#endpoints
      .route('connection', connectionId)
      .map((container) => container.pick())
      .filter((connection) => connection?.isOpen === true) as ServiceConnection[];
  }

  #handleLoss(connection: ServiceConnection): number {
    this.#invocations.serverConnectionLost(connection);
    return this.#clients.connectionLost(connection);
  }

  #receive(connection: ServiceConnection, message: ServiceMessage): void {
    switch (message.type) {
      case ServiceMessageType.ConnectionData:
        return this.#clients.receive(connection, message);
      case ServiceMessageType.OpenConnection:
        return this.#clients.open(connection, message);
      case ServiceMessageType.CloseConnection:
        // A client that moves to another server sends its results there.
        this.#invocations.connectionLost(message.connectionId ?? '');
        return this.#clients.onClosed(connection, message);
      case ServiceMessageType.ConnectionFlowControl:
        return this.#clients.onFlowControl(connection, message);
      case ServiceMessageType.ConnectionReconnect:
        return this.#clients.onReconnected(connection, message);
      case ServiceMessageType.ServiceEvent:
        return this.#clients.onServiceEvent(connection, message);
      default:
        this.#invocations.receive(connection, message);
    }
  }

  async #withAck(
    connectionId: string,
    group: string,
    type: typeof ServiceMessageType.JoinGroupWithAck | typeof ServiceMessageType.LeaveGroupWithAck,
  ): Promise<void> {
    const client = this.#clients.find(connectionId);
    const results = this.#endpoints.route('connection', connectionId).flatMap((container) => {
      const own =
        client !== undefined && container.has(client.connection) ? client.connection : undefined;
      const connection = own ?? container.pick();
      if (connection === undefined || (client !== undefined && own === undefined)) return [];
      const { ackId, acked } = container.acks.create(connection);
      connection.send({ type, connectionId, groupName: group, ackId });
      return [acked];
    });
    if (results.length === 0) throw errors.notConnected();
    await waitForOne(results);
  }

  #send(containers: readonly ServiceConnectionContainer[], message: ServiceMessage): Promise<void> {
    let isSent = false;
    let waits: Promise<void>[] | undefined;
    for (const container of containers) {
      const connection = container.pick();
      if (connection === undefined) continue;
      isSent = true;
      connection.send(message);
      const wait = connection.whenRoom();
      if (wait !== undefined) (waits ??= []).push(wait);
    }
    if (!isSent) return Promise.reject(errors.notConnected());
    return waits === undefined ? done : Promise.all(waits).then(() => undefined);
  }

  #payloads(method: string, args: readonly unknown[], only?: string): Payloads {
    return this.#encode(new SharedMessage(method, args), only);
  }

  /**
   * Encodes the message in every protocol of the hub, or in `only` if the client's protocol is
   * known.
   */
  #encode(message: SharedMessage, only?: string): Payloads {
    const payloads = new Map<string, string | Uint8Array>();
    for (const protocol of this.#hub.protocols) {
      if (only !== undefined && only !== protocol.name) continue;
      const encoded = message.encoded(protocol);
      if (encoded !== undefined) payloads.set(protocol.name, encoded.payload);
    }
    return payloads;
  }
}
