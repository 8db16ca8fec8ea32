import { costs } from '../model/costs.ts';
import type { Fleet } from '../model/fleet.ts';
import type { SimulatedClient, SimulatedServer } from '../model/simulated-server.ts';
import type { LoadBalancer } from './load-balancer.ts';
import type { ReconnectPolicy } from './reconnect-policy.ts';

/** What happened while clients reconnected. Times are in ms. */
export interface ReconnectReport {
  readonly clients: number;
  /** The time until half of the clients, 99 % of them, and all of them are connected. */
  readonly median: number;
  readonly p99: number;
  readonly last: number;
  /** The largest number of attempts that one server received in one second. */
  readonly peakPerServer: number;
  /** How long the CPU of a server was occupied at most, so that other messages waited. */
  readonly longestCpuQueue: number;
  readonly failedAttempts: number;
  /** The clients that stopped trying. */
  readonly abandoned: number;
  /** The largest number of commands that Redis received in one second. */
  readonly peakRedisCommands: number;
}

/** Clients that connect again, and what they notice. */
export class Reconnects {
  readonly #fleet: Fleet;
  readonly #policy: ReconnectPolicy;
  readonly #balancer: LoadBalancer;
  readonly #startedAt: number;
  readonly #times: number[] = [];
  readonly #pending = new Map<SimulatedServer, number>();
  /** The number of attempts by server and second. */
  readonly #attempts = new Map<SimulatedServer, Map<number, number>>();
  #longestCpuQueue = 0;
  #failedAttempts = 0;
  #abandoned = 0;

  constructor(fleet: Fleet, policy: ReconnectPolicy, balancer: LoadBalancer) {
    this.#fleet = fleet;
    this.#policy = policy;
    this.#balancer = balancer;
    this.#startedAt = fleet.clock.now;
  }

  /** Resolves when each client is connected or has stopped trying. */
  async reconnect(clients: readonly SimulatedClient[]): Promise<void> {
    await Promise.all(clients.map((client) => this.#reconnectOne(client)));
  }

  report(): ReconnectReport {
    const times = this.#times.toSorted((a, b) => a - b);
    const quantile = (part: number): number =>
      times[Math.max(0, Math.ceil(times.length * part) - 1)] ?? 0;
    const attempts = [...this.#attempts.values()].flatMap((counts) => [...counts.values()]);
    return {
      clients: times.length + this.#abandoned,
      median: quantile(0.5),
      p99: quantile(0.99),
      last: quantile(1),
      peakPerServer: attempts.reduce((most, count) => Math.max(most, count), 0),
      longestCpuQueue: this.#longestCpuQueue,
      failedAttempts: this.#failedAttempts,
      abandoned: this.#abandoned,
      peakRedisCommands: this.#fleet.backplane.redis.peakCommandsSince(this.#startedAt),
    };
  }

  async #reconnectOne(client: SimulatedClient): Promise<void> {
    const { clock, random } = this.#fleet;
    const lostAt = clock.now;
    for (let attempt = 0; ; attempt += 1) {
      const delay = this.#policy.delay(attempt, random);
      if (delay === undefined) {
        this.#abandoned += 1;
        return;
      }
      await clock.wait(delay);
      if (await this.#tryToConnect(client)) {
        this.#times.push(clock.now - lostAt);
        return;
      }
      this.#failedAttempts += 1;
    }
  }

  async #tryToConnect(client: SimulatedClient): Promise<boolean> {
    const { clock } = this.#fleet;
    const server = this.#balancer.choose(this.#fleet, this.#pending);
    this.#countAttempt(server);
    this.#pending.set(server, (this.#pending.get(server) ?? 0) + 1);
    try {
      // The server works on the request also if the client does not wait for it.
      const cpuQueue = server.occupyCpu(costs.serverConnect);
      this.#longestCpuQueue = Math.max(this.#longestCpuQueue, cpuQueue);
      await clock.wait(Math.min(cpuQueue, costs.connectTimeout));
      if (cpuQueue > costs.connectTimeout) return false;
      await server.connect(client);
      return true;
    } finally {
      this.#pending.set(server, (this.#pending.get(server) ?? 0) - 1);
    }
  }

  #countAttempt(server: SimulatedServer): void {
    const counts = this.#attempts.get(server) ?? new Map<number, number>();
    const second = Math.floor((this.#fleet.clock.now - this.#startedAt) / 1000);
    this.#attempts.set(server, counts.set(second, (counts.get(second) ?? 0) + 1));
  }
}
