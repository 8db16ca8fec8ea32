import type {
  HubLifetimeManager,
  ScaleOutHub,
  SharedBackplane,
  WorkerPort,
} from '@practical-signalr/server/scale-out';
import type { RedisOptions } from '../../redis-options.ts';
import { redis } from '../../redis.ts';
import { WorkerRedis } from '../../workers/worker-redis.ts';
import { WorkerRedisClient } from '../../workers/worker-redis-client.ts';

/**
 * A machine with workers, all in this process. Messages are cloned and arrive later, as over IPC.
 */
export class TestMachine {
  readonly #sharing;
  readonly #shared: SharedBackplane;

  constructor(options: RedisOptions) {
    const { sharing } = redis(options);
    if (sharing === undefined) throw new Error('redis() shares no connection among workers.');
    this.#sharing = sharing;
    this.#shared = sharing.open();
  }

  /** Starts a worker. `end` removes it, as if its process had ended. */
  startWorker(): {
    readonly create: (hub: ScaleOutHub) => HubLifetimeManager;
    readonly end: () => void;
  } {
    const [inPrimary, inWorker] = createPorts();
    const removeWorker = this.#shared.addWorker(inPrimary);
    return { create: this.#sharing.join(inWorker), end: removeWorker };
  }

  /** Connects the client of a new worker to Redis. */
  async connectClient(): Promise<WorkerRedisClient> {
    const [inPrimary, inWorker] = createPorts();
    this.#shared.addWorker(inPrimary);
    const client = new WorkerRedisClient(new WorkerRedis(inWorker));
    await client.connect();
    return client;
  }

  close(): Promise<void> {
    return this.#shared.close();
  }
}

function createPorts(): [WorkerPort, WorkerPort] {
  const listeners: ((message: unknown) => void)[] = [];
  const createPort = (own: number, other: number): WorkerPort => ({
    send(message) {
      const copy = structuredClone(message);
      setImmediate(() => listeners[other]?.(copy));
    },
    onMessage(listener) {
      listeners[own] = listener;
    },
  });
  return [createPort(0, 1), createPort(1, 0)];
}
