import { VirtualClock } from '../clock/virtual-clock.ts';
import { type Backplane, type BackplaneName, createBackplane } from './backplane.ts';
import { createRandom, type Random } from './random.ts';
import { type SimulatedClient, SimulatedServer } from './simulated-server.ts';

/** What to simulate. */
export interface FleetOptions {
  readonly seed: number;
  readonly servers: number;
  readonly connections: number;
  readonly groups: number;
  readonly backplane: BackplaneName;
}

/** How many clients connect at the same time before the measurement starts. */
const CLIENTS_AT_ONCE = 10_000;

/** The servers of an application and their clients. */
export class Fleet {
  readonly clock = new VirtualClock();
  readonly random: Random;
  readonly backplane: Backplane;
  readonly servers: SimulatedServer[] = [];
  readonly clients: SimulatedClient[] = [];
  readonly options: FleetOptions;
  #started = 0;

  constructor(options: FleetOptions) {
    this.options = options;
    this.random = createRandom(options.seed);
    this.backplane = createBackplane(options.backplane, this.clock);
  }

  /** Starts a server. Add it to `servers` when it may receive clients. */
  startServer(): SimulatedServer {
    this.#started += 1;
    return new SimulatedServer(this.clock, this.backplane.start(`server-${this.#started}`));
  }

  /** Starts all servers and connects all clients, each to a random server. */
  async start(): Promise<void> {
    const { servers, connections, groups } = this.options;
    for (let i = 0; i < servers; i += 1) this.servers.push(this.startServer());
    // The servers have reached Redis.
    await this.clock.wait(1000);
    for (let first = 0; first < connections; first += CLIENTS_AT_ONCE) {
      const count = Math.min(CLIENTS_AT_ONCE, connections - first);
      const connected = Array.from({ length: count }, (_, index) => {
        const client: SimulatedClient = {
          number: first + index,
          group: `group-${this.random.below(groups)}`,
          server: undefined,
          connection: undefined,
          moves: 0,
        };
        this.clients.push(client);
        return this.randomServer().connect(client);
      });
      await Promise.all(connected);
    }
    // The first second of a scenario contains no commands of the start.
    await this.clock.wait(2000);
  }

  randomServer(): SimulatedServer {
    return this.servers[this.random.below(this.servers.length)] as SimulatedServer;
  }

  /** Ends everything that would keep the clock running. */
  async close(): Promise<void> {
    for (const { started } of this.servers) await started.manager.close?.();
  }
}
