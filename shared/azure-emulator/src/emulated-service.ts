import { WriteBatcher } from '@practical-signalr/server/transports';
import { ClientConnections } from './clients/client-connections.ts';
import { LatencyQueue } from './latency-queue.ts';
import type { ResolvedEmulatorOptions } from './emulator-options.ts';
import { errorTexts } from './error-texts.ts';
import { ServiceHub } from './hubs/service-hub.ts';

/** How often it is looked for what is due, in ms. */
const HEARTBEAT = 1000;

/** What all endpoints of the service share: hubs, the quota, the clock. */
export class EmulatedService {
  readonly options: ResolvedEmulatorOptions;
  /** By the names that the service knows them by. One is there as long as anybody is in it. */
  readonly hubs = new Map<string, ServiceHub>();
  readonly connections = new ClientConnections();
  readonly latency: LatencyQueue;
  readonly batcher = new WriteBatcher();
  readonly startedAt = Date.now();
  readonly #ending = new AbortController();
  /** Open connections of clients and servers, those that have not said who they are included. */
  #open = 0;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #dropping: NodeJS.Timeout | undefined;

  constructor(options: ResolvedEmulatorOptions) {
    this.options = options;
    this.latency = new LatencyQueue(options.latency);
    this.#heartbeat = setInterval(() => this.#sweep(), HEARTBEAT);
    if (options.dropInterval > 0)
      this.#dropping = setInterval(() => this.dropServers(undefined, 1), options.dropInterval);
  }

  /** Aborted when the service ends: what it has asked of others is given up. */
  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  get openConnections(): number {
    return this.#open;
  }

  /** Whether nobody more may connect. */
  get isFull(): boolean {
    return this.#open >= this.options.quota;
  }

  /** Connections that may be, 0 where there is no limit. */
  get capacity(): number {
    return this.options.quota === Infinity ? 0 : this.options.quota;
  }

  /** Clients choose names that get into the log: none of them ends a line or speaks to the terminal. */
  log(line: string): void {
    this.options.log(line.replace(/\p{Cc}+/gu, (found) => encodeURIComponent(found)));
  }

  connectionOpened(): void {
    this.#open++;
  }

  connectionClosed(): void {
    this.#open--;
  }

  /** The hub of this name; it comes into being with its first server or client. */
  hub(name: string): ServiceHub {
    let hub = this.hubs.get(name);
    if (hub === undefined) this.hubs.set(name, (hub = new ServiceHub(name)));
    return hub;
  }

  /** Forgets a hub in which nobody is left. */
  sweepHub(hub: ServiceHub): void {
    if (hub.isEmpty && this.hubs.get(hub.name) === hub) this.hubs.delete(hub.name);
  }

  /** Cuts server connections of one hub, or of all. Returns how many. */
  dropServers(hubName: string | undefined, most: number): number {
    let dropped = 0;
    for (const hub of this.#named(hubName)) {
      for (const server of hub.servers) {
        if (dropped >= most) return dropped;
        dropped++;
        this.log(errorTexts.serverDropped(server.serverId, hub.name));
        server.drop();
      }
    }
    return dropped;
  }

  /** Closes clients of one hub, or of all. Returns how many. */
  closeClients(hubName: string | undefined, allowReconnect: boolean): number {
    let closed = 0;
    for (const hub of this.#named(hubName)) {
      for (const client of hub.clients.values()) {
        hub.closeClient(client, { allowReconnect });
        closed++;
      }
    }
    return closed;
  }

  close(): void {
    this.#ending.abort();
    clearInterval(this.#heartbeat);
    clearInterval(this.#dropping);
    for (const hub of this.hubs.values())
      for (const { transport } of hub.clients.values()) transport.abort();
    this.connections.clear();
    this.latency.clear();
    this.hubs.clear();
  }

  #named(hubName: string | undefined): readonly ServiceHub[] {
    const hubs = [...this.hubs.values()];
    return hubName === undefined ? hubs : hubs.filter(({ name }) => name === hubName.toLowerCase());
  }

  #sweep(): void {
    const now = Date.now();
    this.connections.sweep(now);
    for (const hub of this.hubs.values()) {
      hub.sweep(now);
      this.sweepHub(hub);
    }
  }
}
