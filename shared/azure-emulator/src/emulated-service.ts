import {
  ConnectionManager,
  RunningClock,
  WriteBatcher,
} from '@practical-signalr/server/transports';
import { LatencyQueue } from './latency-queue.ts';
import type { ResolvedEmulatorOptions } from './emulator-options.ts';
import { logMessages } from './log-messages.ts';
import { ServiceHub } from './hubs/service-hub.ts';

/** The time between checks for timeouts, in ms. */
const HEARTBEAT = 1000;
/** How long a negotiated connection may stay unopened before it is removed, in ms. */
const NEGOTIATED_TIMEOUT = 30_000;

/** The state that all endpoints of the service share: the hubs, the connections and the quota. */
export class EmulatedService {
  readonly options: ResolvedEmulatorOptions;
  /** Hubs by name. A hub exists while it has a server, a client or a group membership. */
  readonly hubs = new Map<string, ServiceHub>();
  /** Counts the silence of clients and connections, without the time in which the process slept. */
  readonly clock = new RunningClock(HEARTBEAT);
  readonly connections = new ConnectionManager({
    unopenedTimeout: NEGOTIATED_TIMEOUT,
    clock: this.clock,
  });
  /** The sessions of open clients, including those before the handshake. */
  readonly sessions = new Set<{ abort(): void }>();
  readonly latency: LatencyQueue;
  readonly batcher = new WriteBatcher();
  readonly startedAt = Date.now();
  readonly #ended = new AbortController();
  /**
   * The number of open connections of clients and servers, including those before the handshake.
   */
  #openCount = 0;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #dropTimer: NodeJS.Timeout | undefined;

  constructor(options: ResolvedEmulatorOptions) {
    this.options = options;
    this.latency = new LatencyQueue(options.latency);
    this.#heartbeat = setInterval(() => this.#sweep(), HEARTBEAT);
    if (options.dropInterval > 0)
      this.#dropTimer = setInterval(() => this.dropServers(undefined, 1), options.dropInterval);
  }

  /** Aborted when the service closes. Aborts its requests to upstream endpoints. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  get openConnections(): number {
    return this.#openCount;
  }

  /** True if the quota is reached. Further connections are refused. */
  get isFull(): boolean {
    return this.#openCount >= this.options.quota;
  }

  /** The maximum number of connections. 0 if there is no limit. */
  get capacity(): number {
    return this.options.quota === Infinity ? 0 : this.options.quota;
  }

  /**
   * Writes a line to the log. Encodes control characters, because clients choose some of the names
   * in it. Ignores errors of the app's function, so that they do not stop the service.
   */
  log(line: string): void {
    try {
      this.options.log(line.replace(/\p{Cc}+/gu, (characters) => encodeURIComponent(characters)));
    } catch {
      // A log that fails cannot report its own error.
    }
  }

  connectionOpened(): void {
    this.#openCount += 1;
  }

  connectionClosed(): void {
    this.#openCount -= 1;
  }

  /** Returns the hub with this name, and creates it if it does not exist. */
  hub(name: string): ServiceHub {
    let hub = this.hubs.get(name);
    if (hub === undefined) {
      hub = new ServiceHub(name);
      this.hubs.set(name, hub);
    }
    return hub;
  }

  /** Removes a hub if it is empty. */
  sweepHub(hub: ServiceHub): void {
    if (hub.isEmpty && this.hubs.get(hub.name) === hub) this.hubs.delete(hub.name);
  }

  /** Drops up to `max` server connections of one hub, or of all hubs. Returns their number. */
  dropServers(hubName: string | undefined, max: number): number {
    let dropped = 0;
    for (const hub of this.#select(hubName)) {
      for (const server of hub.servers) {
        if (dropped >= max) return dropped;
        dropped++;
        this.log(logMessages.serverDropped(server.serverId, hub.name));
        server.drop();
      }
    }
    return dropped;
  }

  /** Closes the clients of one hub, or of all hubs. Returns their number. */
  closeClients(hubName: string | undefined, allowReconnect: boolean): number {
    let closed = 0;
    for (const hub of this.#select(hubName)) {
      for (const client of hub.clients.values()) {
        hub.closeClient(client, { allowReconnect });
        closed++;
      }
    }
    return closed;
  }

  close(): void {
    this.#ended.abort();
    clearInterval(this.#heartbeat);
    clearInterval(this.#dropTimer);
    for (const session of this.sessions) session.abort();
    this.latency.clear();
    this.hubs.clear();
  }

  #select(hubName: string | undefined): readonly ServiceHub[] {
    const hubs = [...this.hubs.values()];
    return hubName === undefined ? hubs : hubs.filter(({ name }) => name === hubName.toLowerCase());
  }

  #sweep(): void {
    const runningTime = this.clock.tick();
    this.connections.removeExpired();
    for (const hub of this.hubs.values()) {
      hub.sweep(Date.now(), runningTime);
      this.sweepHub(hub);
    }
  }
}
