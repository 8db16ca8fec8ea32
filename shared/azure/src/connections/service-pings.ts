import { Gate } from '@practical-signalr/server/scale-out';
import { ServiceMessageType } from '../service-protocol/index.ts';
import type { ServiceConnection } from './service-connection.ts';

/** Called for pings in which the service requests something. */
export interface PingEvents {
  /** The service requests one more connection, to this instance. */
  onTarget(target: string): void;
  onInstanceOffline(instanceId: string): void;
}

/** A shutdown that the service has not acknowledged yet. */
interface ShutdownAnnouncement {
  /** Resolves when the service acknowledges it, or when the wait ends. */
  readonly done: Promise<void>;
  end(): void;
}

/** The time between status queries, and between repeated shutdown pings, in ms. */
const STATUS_INTERVAL = 10_000;
const SHUTDOWN_INTERVAL = 5000;
/** How often a shutdown ping is sent if the service does not acknowledge it. */
const MAXIMUM_SHUTDOWN_PINGS = 24;

/**
 * Sends and handles the pings of the service protocol, which carry status, rebalancing and
 * shutdown.
 * Source: `RuntimeServicePingMessage` of azure-signalr.
 */
export class ServicePings {
  readonly #connections: ReadonlySet<ServiceConnection>;
  readonly #events: PingEvents;
  readonly #status: NodeJS.Timeout;
  readonly #shutdowns = new Map<ServiceConnection, ShutdownAnnouncement>();
  /** The value of the shutdown ping. Undefined until the server shuts down. */
  #fin: string | undefined;
  clientCount = 0;
  serverCount = 0;
  capacity = 0;

  constructor(connections: ReadonlySet<ServiceConnection>, events: PingEvents) {
    this.#connections = connections;
    this.#events = events;
    this.#status = setInterval(() => this.#queryStatus(), STATUS_INTERVAL).unref();
  }

  get isShuttingDown(): boolean {
    return this.#fin !== undefined;
  }

  /**
   * Called when a connection has opened. During the shutdown, it must not receive clients either.
   */
  onOpened(connection: ServiceConnection): void {
    if (this.#fin !== undefined) void this.#announceShutdown(connection, this.#fin);
  }

  /**
   * Called when a connection has closed. Stops waiting for it, because the service cannot
   * acknowledge a shutdown on it.
   */
  onClosed(connection: ServiceConnection): void {
    this.#shutdowns.get(connection)?.end();
  }

  receive(connection: ServiceConnection, messages: readonly string[]): void {
    for (let i = 0; i + 1 < messages.length; i += 2) {
      const value = messages[i + 1] as string;
      switch (messages[i]) {
        case 'echo':
          connection.send({ type: ServiceMessageType.Ping, messages: ['echo', value] });
          break;
        case 'target':
          if (value !== '') this.#events.onTarget(value);
          break;
        case 'offline':
          if (value !== '') this.#events.onInstanceOffline(value);
          break;
        case 'shutdown':
          if (value === 'finack') this.#shutdowns.get(connection)?.end();
          break;
        case 'clientcount':
          this.clientCount = Number(value) || 0;
          break;
        case 'servercount':
          this.serverCount = Number(value) || 0;
          break;
        case 'capacity':
          this.capacity = Number(value) || 0;
          break;
        default:
        // A keep-alive, or a ping of a later version.
      }
    }
  }

  async shutdown(fin: string): Promise<void> {
    this.#fin = fin;
    await Promise.all(
      [...this.#connections].map((connection) => this.#announceShutdown(connection, fin)),
    );
  }

  close(): void {
    clearInterval(this.#status);
    for (const announcement of this.#shutdowns.values()) announcement.end();
  }

  /** Announces the shutdown on a connection. A second call waits for the same acknowledgement. */
  #announceShutdown(connection: ServiceConnection, fin: string): Promise<void> {
    const running = this.#shutdowns.get(connection);
    if (running !== undefined) return running.done;
    const acknowledged = new Gate();
    let count = 0;
    const sendPing = (): void => {
      count += 1;
      if (count > MAXIMUM_SHUTDOWN_PINGS || !connection.isOpen) return end();
      connection.send({ type: ServiceMessageType.Ping, messages: ['shutdown', fin] });
    };
    const timer = setInterval(sendPing, SHUTDOWN_INTERVAL);
    const end = (): void => {
      clearInterval(timer);
      this.#shutdowns.delete(connection);
      acknowledged.open();
    };
    const done = acknowledged.wait();
    this.#shutdowns.set(connection, { done, end });
    sendPing();
    return done;
  }

  /** Queries the status on one connection. It is the same for all of them. */
  #queryStatus(): void {
    const open = [...this.#connections];
    const connection = open[Math.floor(Math.random() * open.length)];
    connection?.send({ type: ServiceMessageType.Ping, messages: ['status', '1'] });
  }
}
