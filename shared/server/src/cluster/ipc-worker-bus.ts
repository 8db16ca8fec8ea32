import type { ToPrimary, ToWorker } from './primary-messages.ts';
import type { WorkerBus, WorkerListener } from './worker-bus.ts';
import type { WorkerMessage } from './worker-messages.ts';

/** Sends to the primary process. Resolves when the message has left this process. */
export type SendToPrimary = (message: ToPrimary) => Promise<void>;

/** The bus of a worker: the primary process relays each message to the other workers. */
export class IpcWorkerBus implements WorkerBus {
  readonly #send: SendToPrimary;
  readonly #listeners = new Map<string, WorkerListener>();
  /** The paths of the other workers' private sockets. */
  #socketPaths: ReadonlyMap<number, string> = new Map();
  #peers: ReadonlySet<number> = new Set();

  constructor(send: SendToPrimary) {
    this.#send = send;
  }

  get peers(): ReadonlySet<number> {
    return this.#peers;
  }

  get isConnected(): boolean {
    return process.connected;
  }

  /** Returns the private socket of a worker. Undefined if it has ended. */
  socketPathOf(worker: number): string | undefined {
    return this.#socketPaths.get(worker);
  }

  publish(hubName: string, message: WorkerMessage): Promise<void> {
    return this.#send({ kind: 'relay', worker: undefined, hubName, message });
  }

  send(hubName: string, worker: number, message: WorkerMessage): void {
    // If the primary process has ended, this worker ends, too.
    this.#send({ kind: 'relay', worker, hubName, message }).catch(() => undefined);
  }

  listen(hubName: string, listener: WorkerListener): () => void {
    this.#listeners.set(hubName, listener);
    return () => this.#listeners.delete(hubName);
  }

  /** Handles a message of the primary process. */
  onMessage(message: ToWorker): void {
    if (message.kind === 'peers') this.#setPeers(message.peers);
    else if (message.kind === 'relay') this.#receive(message);
  }

  #setPeers(socketPaths: ReadonlyMap<number, string>): void {
    const gone = [...this.#peers].filter((worker) => !socketPaths.has(worker));
    this.#socketPaths = socketPaths;
    this.#peers = new Set(socketPaths.keys());
    for (const listener of this.#listeners.values()) {
      for (const worker of gone) listener.onPeerGone(worker);
    }
  }

  #receive({ hubName, message, from }: ToWorker & { readonly kind: 'relay' }): void {
    const listener = this.#listeners.get(hubName);
    if (listener !== undefined) listener.onMessage(message, from);
    else if (message.type === 'query') {
      // This worker does not serve the hub, so it holds none of its connections.
      this.send(hubName, from, { type: 'reply', id: message.id, isHolder: false });
    }
  }
}
