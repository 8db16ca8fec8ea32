import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@practical-signalr/server/scale-out';
import type { AzureSettings } from '../azure-options.ts';
import type { RoutedEndpoint } from '../endpoints/endpoint-router.ts';
import type { EndpointType, ServiceEndpoint } from '../endpoints/service-endpoint.ts';
import { errors } from '../errors.ts';
import { logMessages } from '../log-messages.ts';
import { type ServiceMessage, ServiceMessageType } from '../service-protocol/index.ts';
import { FlowControl } from './flow-control.ts';
import { AccessKeyRefresh } from './access-key-refresh.ts';
import { AckHandler } from './ack-handler.ts';
import { callChain } from './call-chain.ts';
import { chooseRetryDelay } from './choose-retry-delay.ts';
import { ServiceConnection, ServiceConnectionType } from './service-connection.ts';
import { ServicePings } from './service-pings.ts';

/** Identifies this server to the service. */
export interface ServerIdentity {
  readonly serverId: string;
  readonly userAgent: string;
}

/** The events of a container. The lifetime manager handles them. */
export interface ContainerEvents {
  onMessage(connection: ServiceConnection, message: ServiceMessage): void;
  /** Returns the number of clients that were lost with the connection. */
  onClosed(connection: ServiceConnection): number;
  onInstanceOffline(instanceId: string): void;
  /** Returns the number of clients of the hub on this server, and of those on the connection. */
  clientCounts(connection: ServiceConnection): { readonly inHub: number; readonly own: number };
}

/**
 * If connections repeatedly close within this time, in ms, the SDK waits before it reopens them.
 */
const SHORT_LIFETIME = 1000;

const migrationLevels = { Off: 0, ShutdownOnly: 1, Any: 2 } as const;

/**
 * The server connections of one hub to one endpoint. It keeps the configured number open, and opens
 * more if the service requests them.
 * Source: `ServiceConnectionContainerBase` of azure-signalr.
 */
export class ServiceConnectionContainer implements RoutedEndpoint {
  readonly endpoint: ServiceEndpoint;
  readonly acks = new AckHandler();
  readonly #hub: string;
  readonly #settings: AzureSettings;
  readonly #identity: ServerIdentity;
  readonly #logger: Logger;
  readonly #events: ContainerEvents;
  readonly #open = new Set<ServiceConnection>();
  readonly #opening = new Set<ServiceConnection>();
  readonly #stopped = new AbortController();
  readonly #pings: ServicePings;
  readonly #accessKey: AccessKeyRefresh;
  /**
   * Frees the place of a connection in the pool, so that another connection takes it. A connection
   * that the service is about to close has no place any more.
   */
  readonly #places = new Map<ServiceConnection, () => void>();
  #failures = 0;
  #backOff: Promise<unknown> | undefined;
  /** The connection for messages that belong to no call. */
  #preferred: ServiceConnection | undefined;
  #onDemandCount = 0;

  constructor(
    endpoint: ServiceEndpoint,
    hub: string,
    settings: AzureSettings,
    identity: ServerIdentity,
    logger: Logger,
    events: ContainerEvents,
  ) {
    this.endpoint = endpoint;
    this.#hub = hub;
    this.#settings = settings;
    this.#identity = identity;
    this.#logger = logger;
    this.#events = events;
    this.#pings = new ServicePings(this.#open, {
      onTarget: (target) => this.#openOnDemand(target),
      onInstanceOffline: (instanceId) => events.onInstanceOffline(instanceId),
    });
    this.#accessKey = new AccessKeyRefresh(endpoint.credentials, () => this.pick(), logger);
    const count = Math.min(
      settings.initialHubServerConnectionCount,
      settings.maxHubServerConnectionCount,
    );
    for (let i = 0; i < count; i++) void this.#fillPlace();
  }

  get name(): string {
    return this.endpoint.name;
  }
  get type(): EndpointType {
    return this.endpoint.type;
  }
  get isOnline(): boolean {
    return this.#open.size > 0 && !this.#pings.isShuttingDown;
  }
  /** The number of open server connections. */
  get connectionCount(): number {
    return this.#open.size;
  }
  get clientCount(): number {
    return this.#pings.clientCount;
  }
  get serverCount(): number {
    return this.#pings.serverCount;
  }
  get capacity(): number {
    return this.#pings.capacity;
  }

  /**
   * Returns the connection for a message: the connection of the running call, otherwise always the
   * same one while it is open. This keeps messages in order.
   */
  pick(): ServiceConnection | undefined {
    const callConnection = callChain.getStore();
    if (callConnection?.isOpen === true && this.#open.has(callConnection)) return callConnection;
    if (this.#preferred?.isOpen === true && this.#places.has(this.#preferred))
      return this.#preferred;
    const open = [...this.#open].filter(({ isOpen }) => isOpen);
    const staying = open.filter((connection) => this.#places.has(connection));
    const candidates = staying.length > 0 ? staying : open;
    this.#preferred = candidates[Math.floor(Math.random() * candidates.length)];
    return this.#preferred;
  }

  has(connection: ServiceConnection): boolean {
    return this.#open.has(connection);
  }

  /** Requests that the service sends no new clients. Resolves when it has acknowledged that. */
  shutdown(fin: 'fin:0' | 'fin:1' | 'fin:2'): Promise<void> {
    return this.#pings.shutdown(fin);
  }

  close(): void {
    this.#stopped.abort();
    this.#pings.close();
    this.#accessKey.close();
    for (const connection of [...this.#open, ...this.#opening]) connection.close();
    this.acks.close();
  }

  /** Keeps one place of the pool filled until this server shuts down. */
  async #fillPlace(): Promise<void> {
    const { signal } = this.#stopped;
    const type =
      this.endpoint.type === 'primary' ? ServiceConnectionType.Default : ServiceConnectionType.Weak;
    let shortLives = 0;
    while (!signal.aborted && !this.#pings.isShuttingDown) {
      try {
        const { left } = await this.#connect(type);
        this.#failures = 0;
        const since = performance.now();
        await left;
        // A lost connection is reopened immediately, unless this happens repeatedly.
        shortLives = performance.now() - since < SHORT_LIFETIME ? shortLives + 1 : 0;
        if (shortLives > 1 && !signal.aborted)
          await this.#wait(errors.serverConnectionFailed(logMessages.shortLived));
      } catch (error) {
        if (!signal.aborted) await this.#wait(error as Error);
      }
    }
  }

  /** Waits before the next attempt. All connections share one wait, so they do not add attempts. */
  async #wait(error: Error): Promise<void> {
    if (this.#backOff === undefined) {
      this.#failures++;
      const ms = chooseRetryDelay(this.#settings.retryDelay, this.#failures, this.#logger);
      this.#logger.warn(logMessages.cannotConnect(this.name, ms), error.message);
      this.#backOff = delay(ms, undefined, { ref: false, signal: this.#stopped.signal })
        .catch(() => undefined)
        .finally(() => (this.#backOff = undefined));
    }
    await this.#backOff;
  }

  /**
   * Opens one connection. `left` resolves when its place is free: when the connection is closed, or
   * when the service announces that it will close it.
   */
  async #connect(connectionType: number, target?: string): Promise<{ left: Promise<void> }> {
    const {
      serverHandshakeTimeout,
      serviceTimeout,
      migrationLevel,
      allowStatefulReconnects = false,
    } = this.#settings;
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    const options = {
      endpointName: this.name,
      connectionType,
      migrationLevel: migrationLevels[migrationLevel],
      allowStatefulReconnects,
      handshakeTimeout: serverHandshakeTimeout,
      serviceTimeout,
    };
    const connection: ServiceConnection = new ServiceConnection(options, {
      onOpen: () => {
        this.#open.add(connection);
        this.#places.set(connection, leave);
        this.#pings.onOpened(connection);
      },
      onMessage: (message) => this.#receive(connection, message),
      clientCounts: () => this.#events.clientCounts(connection),
      onClosed: (reason) => {
        this.#open.delete(connection);
        this.#places.delete(connection);
        this.#pings.onClosed(connection);
        this.acks.connectionLost(connection);
        const lost = this.#events.onClosed(connection);
        if (!this.#stopped.signal.aborted)
          this.#logger.warn(
            logMessages.connectionLost(this.name, lost, this.#pings.isShuttingDown),
            reason ?? '',
          );
        leave();
      },
    });
    const { serverId, userAgent } = this.#identity;
    const token = await this.endpoint.credentials.serverToken(
      this.endpoint.serverAudience(this.#hub),
      {
        nameid: serverId,
      },
    );
    // The server may have closed while it waited for the token.
    this.#stopped.signal.throwIfAborted();
    this.#opening.add(connection);
    try {
      await connection.open(this.endpoint.serverUrl(this.#hub, connection.id, target), {
        Authorization: `Bearer ${token}`,
        'X-ASRS-Server-Id': serverId,
        'Asrs-User-Agent': userAgent,
        'X-Requested-With': 'XMLHttpRequest',
      });
    } finally {
      this.#opening.delete(connection);
    }
    return { left };
  }

  #openOnDemand(target: string): void {
    if (
      this.#pings.isShuttingDown ||
      this.#open.size + this.#onDemandCount >= this.#settings.maxHubServerConnectionCount
    )
      return;
    this.#onDemandCount++;
    this.#connect(ServiceConnectionType.OnDemand, target)
      .catch((error: unknown) => {
        if (!this.#stopped.signal.aborted)
          this.#logger.warn(logMessages.onDemandFailed(this.name), (error as Error).message);
      })
      .finally(() => this.#onDemandCount--);
  }

  /**
   * Opens a replacement for a connection that the service is about to close. Its clients stay on it
   * until then.
   */
  #replace(id: string | null): void {
    for (const [connection, leave] of this.#places) {
      if (connection.id !== id) continue;
      this.#places.delete(connection);
      leave();
    }
  }

  #receive(connection: ServiceConnection, message: ServiceMessage): void {
    try {
      if (message.type === ServiceMessageType.Ping)
        this.#pings.receive(connection, message.messages);
      else if (message.type === ServiceMessageType.Ack) {
        this.acks.settle(message.ackId, message.status, message.message ?? '');
      } else if (message.type === ServiceMessageType.ServiceError) {
        if (message.errorMessage)
          this.#logger.error(logMessages.serviceError(this.name, message.errorMessage));
      } else if (message.type === ServiceMessageType.AccessKeyResponse)
        this.#accessKey.receive(message);
      else if (
        message.type === ServiceMessageType.ConnectionFlowControl &&
        message.objectType === FlowControl.ServerConnection
      ) {
        if (message.operation === FlowControl.Offline) this.#replace(message.id);
      } else this.#events.onMessage(connection, message);
    } catch (error) {
      this.#logger.error(logMessages.messageFailed, error);
    }
  }
}
