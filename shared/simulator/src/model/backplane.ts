import { redis } from '@practical-signalr/redis';
import { WorkerLifetimeManager } from '@practical-signalr/server/cluster';
import {
  type HubLifetimeManager,
  JsonHubProtocol,
  LocalLifetimeManager,
  type ScaleOutHub,
} from '@practical-signalr/server/scale-out';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import { ModeledRedis } from './modeled-redis.ts';
import { ModeledWorkers } from './modeled-workers.ts';

/** The names of the backplanes. `cluster` connects the workers of one machine. */
export const backplaneNames = ['local', 'cluster', 'redis'] as const;
export type BackplaneName = (typeof backplaneNames)[number];

/**
 * The lifetime manager of one more server, and a function that stops it without notifying the other
 * servers.
 */
export interface StartedManager {
  readonly manager: HubLifetimeManager;
  readonly disconnect: () => void;
}

/** What connects the servers. */
export interface Backplane {
  readonly redis: ModeledRedis;
  readonly workers: ModeledWorkers;
  start(serverName: string): StartedManager;
}

const ignore = (): void => undefined;
const hub: ScaleOutHub = {
  hubName: 'Hub',
  protocols: [new JsonHubProtocol()],
  logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  accept: () => undefined,
};

/** Returns a backplane over a modeled network, with the lifetime managers of the packages. */
export function createBackplane(name: BackplaneName, clock: VirtualClock): Backplane {
  const modeledRedis = new ModeledRedis(clock);
  const workers = new ModeledWorkers(clock);
  const start: Record<BackplaneName, (serverName: string) => StartedManager> = {
    local: () => ({ manager: new LocalLifetimeManager(), disconnect: ignore }),
    cluster() {
      const { bus, disconnect } = workers.connectServer();
      return { manager: new WorkerLifetimeManager(hub, bus), disconnect };
    },
    redis(serverName) {
      const { client, disconnect } = modeledRedis.connectServer();
      return { manager: redis({ client, serverName, protocols: hub.protocols })(hub), disconnect };
    },
  };
  return { redis: modeledRedis, workers, start: start[name] };
}
