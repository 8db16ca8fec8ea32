import { ServiceMessageType } from '../service-protocol/index.ts';
import type { ServiceConnection } from './service-connection.ts';

/** What pings of the service ask for. */
export interface PingEvents {
  /** The service wants one more connection, to the instance that it names. */
  onTarget(target: string): void;
  onInstanceOffline(instanceId: string): void;
}

/** Time between status queries and between repeated goodbyes, in ms, and how often a goodbye is said. */
const STATUS_INTERVAL = 10_000;
const SHUTDOWN_INTERVAL = 5000;
const MOST_SHUTDOWNS = 24;

/** Pings are the service protocol's side talk: status, rebalance, goodbye. Source: `RuntimeServicePingMessage` of azure-signalr. */
export class ServicePings {
  readonly #connections: ReadonlySet<ServiceConnection>;
  readonly #events: PingEvents;
  readonly #status: NodeJS.Timeout;
  readonly #goodbyes = new Map<ServiceConnection, () => void>();
  /** Said to every connection, since this server takes leave. */
  #fin: string | undefined;
  clientCount = 0;
  serverCount = 0;
  capacity = 0;

  constructor(connections: ReadonlySet<ServiceConnection>, events: PingEvents) {
    this.#connections = connections;
    this.#events = events;
    this.#status = setInterval(() => this.#askStatus(), STATUS_INTERVAL).unref();
  }

  get isShuttingDown(): boolean {
    return this.#fin !== undefined;
  }

  /** A connection is there, perhaps only since the goodbye: it must bring no clients either. */
  opened(connection: ServiceConnection): void {
    if (this.#fin !== undefined) void this.#sayGoodbye(connection, this.#fin);
  }

  /** Nobody is left to agree to a goodbye. */
  lost(connection: ServiceConnection): void {
    this.#goodbyes.get(connection)?.();
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
          if (value === 'finack') this.#goodbyes.get(connection)?.();
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
        // Keep-alive, and what later versions may say.
      }
    }
  }

  async shutdown(fin: string): Promise<void> {
    this.#fin = fin;
    await Promise.all(
      [...this.#connections].map((connection) => this.#sayGoodbye(connection, fin)),
    );
  }

  close(): void {
    clearInterval(this.#status);
    for (const end of this.#goodbyes.values()) end();
  }

  #sayGoodbye(connection: ServiceConnection, fin: string): Promise<void> {
    return new Promise((resolve) => {
      let said = 0;
      const say = (): void => {
        if (++said > MOST_SHUTDOWNS || !connection.isOpen) return end();
        connection.send({ type: ServiceMessageType.Ping, messages: ['shutdown', fin] });
      };
      const timer = setInterval(say, SHUTDOWN_INTERVAL);
      const end = (): void => {
        clearInterval(timer);
        this.#goodbyes.delete(connection);
        resolve();
      };
      this.#goodbyes.set(connection, end);
      say();
    });
  }

  /** One connection asks for all. */
  #askStatus(): void {
    const open = [...this.#connections];
    const connection = open[Math.floor(Math.random() * open.length)];
    connection?.send({ type: ServiceMessageType.Ping, messages: ['status', '1'] });
  }
}
