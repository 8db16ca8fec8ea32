import type { WorkerMessage } from './worker-messages.ts';

/** What a lifetime manager receives from the other workers. */
export interface WorkerListener {
  onMessage(message: WorkerMessage, from: number): void;
  /** Called when a worker has ended. It replies to nothing any more. */
  onPeerGone(worker: number): void;
}

/** Connects the lifetime managers of one hub in all workers. */
export interface WorkerBus {
  /** The ids of the other workers that are ready. */
  readonly peers: ReadonlySet<number>;
  /** Whether this worker can reach the others. */
  readonly isConnected: boolean;
  /** Sends to all other workers. Resolves when the message has left this process. */
  publish(hubName: string, message: WorkerMessage): Promise<void>;
  /** Sends to one worker. A worker that has ended is ignored. */
  send(hubName: string, worker: number, message: WorkerMessage): void;
  /** Starts to receive the messages of a hub. Returns a function that stops it. */
  listen(hubName: string, listener: WorkerListener): () => void;
}
