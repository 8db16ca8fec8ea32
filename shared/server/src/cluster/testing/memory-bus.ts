import { setImmediate } from 'node:timers/promises';
import type { WorkerBus, WorkerListener } from '../worker-bus.ts';
import type { WorkerMessage } from '../worker-messages.ts';

/**
 * Connects workers in one process, for tests. Messages are cloned and arrive later, as over IPC.
 */
export class MemoryBus {
  readonly #listeners = new Map<number, WorkerListener>();
  #lastId = 0;

  /** Adds a worker. */
  join(): WorkerBus & { end(): void } {
    this.#lastId += 1;
    const id = this.#lastId;
    const listeners = this.#listeners;
    const post = async (worker: number, message: WorkerMessage): Promise<void> => {
      const copy = structuredClone(message);
      await setImmediate();
      listeners.get(worker)?.onMessage(copy, id);
    };
    let isConnected = true;
    return {
      get isConnected() {
        return isConnected;
      },
      get peers() {
        return new Set([...listeners.keys()].filter((worker) => worker !== id));
      },
      async publish(_hubName, message) {
        await Promise.all([...this.peers].map((worker) => post(worker, message)));
      },
      send: (_hubName, worker, message) => void post(worker, message),
      listen(_hubName, listener) {
        listeners.set(id, listener);
        return () => this.end();
      },
      end() {
        isConnected = false;
        listeners.delete(id);
        for (const other of listeners.values()) other.onPeerGone(id);
      },
    };
  }
}
