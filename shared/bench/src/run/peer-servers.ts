import type { Peer } from '../peers/peer.ts';
import type { Workload } from '../workloads/workload.ts';
import type { RunLoad } from './load.ts';
import { ServerProcess } from './server-process.ts';
import { warmUp, type WarmUpOptions } from './warm-up.ts';

/** The Redis of the benchmark. */
export interface RedisAddress {
  /** `host:port` */
  readonly host: string;
}

/** The running servers of one peer. They are started when a workload needs them. */
export class PeerServers {
  readonly peer: Peer;
  readonly #runLoad: RunLoad;
  readonly #core: number | undefined;
  readonly #warmUpOptions: Omit<WarmUpOptions, 'redis'>;
  readonly #running = new Map<Workload['servers'], readonly ServerProcess[]>();

  constructor(
    peer: Peer,
    runLoad: RunLoad,
    core: number | undefined,
    warmUpOptions: Omit<WarmUpOptions, 'redis'>,
  ) {
    this.peer = peer;
    this.#runLoad = runLoad;
    this.#core = core;
    this.#warmUpOptions = warmUpOptions;
  }

  /** Returns warm servers of a kind. A server of the kind `fresh` is new, and not warm. */
  async get(kind: Workload['servers'], redis?: RedisAddress): Promise<readonly ServerProcess[]> {
    const running = this.#running.get(kind);
    if (running !== undefined && kind !== 'fresh' && running.every(({ isRunning }) => isRunning))
      return running;
    await this.stop(kind);
    const servers: ServerProcess[] = [];
    this.#running.set(kind, servers);
    const count = kind === 'redis' ? 2 : 1;
    while (servers.length < count)
      servers.push(await this.#start(kind === 'redis' ? redis : undefined));
    if (kind !== 'fresh')
      await warmUp(this.#runLoad, this.peer, servers, {
        ...this.#warmUpOptions,
        redis: kind === 'redis',
      });
    return servers;
  }

  async stop(kind: Workload['servers']): Promise<void> {
    const servers = this.#running.get(kind) ?? [];
    this.#running.delete(kind);
    await Promise.all(servers.map((server) => server.stop()));
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((kind) => this.stop(kind)));
  }

  #start(redis: RedisAddress | undefined): Promise<ServerProcess> {
    return ServerProcess.start((port) => this.peer.command(port, redis?.host), this.#core);
  }
}
