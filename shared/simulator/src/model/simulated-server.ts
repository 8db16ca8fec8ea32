import type { LifetimeConnection, SharedMessage } from '@practical-signalr/server/scale-out';
import { JsonHubProtocol } from '@practical-signalr/server/scale-out';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import type { StartedManager } from './backplane.ts';
import { costs } from './costs.ts';

const protocol = new JsonHubProtocol();

/** A client and, while it is connected, its connection. */
export interface SimulatedClient {
  readonly number: number;
  readonly group: string;
  server: SimulatedServer | undefined;
  connection: LifetimeConnection | undefined;
  /** How often the client has lost its connection. */
  moves: number;
}

/** A server with one core. Clients connect to it, and its lifetime manager sends to them. */
export class SimulatedServer {
  readonly started: StartedManager;
  readonly clients = new Set<SimulatedClient>();
  /** The number of messages to clients. */
  deliveries = 0;
  bytesToClients = 0;
  readonly #clock: VirtualClock;
  #cpuFreeAt = 0;

  constructor(clock: VirtualClock, started: StartedManager) {
    this.#clock = clock;
    this.started = started;
  }

  /** When the CPU has done all its work. */
  get cpuFreeAt(): number {
    return this.#cpuFreeAt;
  }

  /** Occupies the CPU. Returns how long it takes until the work is done. */
  occupyCpu(cpuTime: number): number {
    this.#cpuFreeAt = Math.max(this.#cpuFreeAt, this.#clock.now) + cpuTime;
    return this.#cpuFreeAt - this.#clock.now;
  }

  /** Connects a client as a hub does that adds each connection to a group. */
  async connect(client: SimulatedClient): Promise<void> {
    const connection: LifetimeConnection = {
      connectionId: `connection-${client.number}-${client.moves}`,
      userIdentifier: undefined,
      protocol,
      write: (message) => this.#write(message),
    };
    client.server = this;
    client.connection = connection;
    this.clients.add(client);
    const { manager } = this.started;
    await manager.onConnected(connection);
    await manager.addToGroup(connection.connectionId, client.group);
  }

  /** Ends at once, as a process that crashes. Returns the clients that lose their connection. */
  async crash(): Promise<SimulatedClient[]> {
    this.started.disconnect();
    const lost = this.#loseClients();
    await this.started.manager.close?.();
    return lost;
  }

  /** Closes all connections, as a server that stops. Returns their clients. */
  async stop(): Promise<SimulatedClient[]> {
    const { manager } = this.started;
    const connections = [...this.clients].flatMap(({ connection }) => connection ?? []);
    const lost = this.#loseClients();
    await Promise.all(connections.map((connection) => manager.onDisconnected(connection)));
    await manager.close?.();
    this.started.disconnect();
    return lost;
  }

  #loseClients(): SimulatedClient[] {
    const lost = [...this.clients];
    this.clients.clear();
    for (const client of lost) {
      client.server = undefined;
      client.connection = undefined;
      client.moves += 1;
    }
    return lost;
  }

  #write(message: SharedMessage): undefined {
    this.deliveries += 1;
    this.bytesToClients += message.encoded(protocol)?.payload.length ?? 0;
    this.occupyCpu(costs.serverDelivery);
  }
}
