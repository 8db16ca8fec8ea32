import type { WorkerBus, WorkerListener, WorkerMessage } from '@practical-signalr/server/cluster';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import { costs } from './costs.ts';

/** The workers of one machine, and the primary process that passes their messages on. */
export class ModeledWorkers {
  readonly #clock: VirtualClock;
  readonly #listeners = new Map<number, WorkerListener>();
  #lastId = 0;
  #messages = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** The messages to and from the primary process. */
  get messages(): number {
    return this.#messages;
  }

  /** Adds a worker. */
  connectServer(): { readonly bus: WorkerBus; readonly disconnect: () => void } {
    this.#lastId += 1;
    const id = this.#lastId;
    const peers = (): ReadonlySet<number> =>
      new Set([...this.#listeners.keys()].filter((worker) => worker !== id));
    const disconnect = (): void => {
      this.#listeners.delete(id);
      for (const listener of this.#listeners.values()) listener.onPeerGone(id);
    };
    const bus: WorkerBus = {
      isConnected: true,
      get peers() {
        return peers();
      },
      publish: (_hubName, message) => {
        this.#messages += 1;
        for (const worker of peers()) this.#relay(worker, message, id);
        return Promise.resolve();
      },
      send: (_hubName, worker, message) => {
        this.#messages += 1;
        this.#relay(worker, message, id);
      },
      listen: (_hubName, listener) => {
        this.#listeners.set(id, listener);
        return disconnect;
      },
    };
    return { bus, disconnect };
  }

  #relay(worker: number, message: WorkerMessage, from: number): void {
    this.#messages += 1;
    this.#clock.schedule(costs.workerLatency, () =>
      this.#listeners.get(worker)?.onMessage(message, from),
    );
  }
}
