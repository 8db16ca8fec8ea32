import type { Worker } from 'node:cluster';
import { clusterErrors } from './errors.ts';
import { type ToWorker, wrap } from './primary-messages.ts';

/** How many bytes of messages may wait for a worker that does not read. */
export const MAXIMUM_WAITING_BYTES = 64 * 1024 * 1024;

/** One worker process, as the primary process sees it. */
export class PooledWorker {
  readonly id: number;
  /** Resolves when the worker accepts connections. Rejects if it ends before that. */
  readonly started: Promise<void>;
  /** The path of its private socket, once it has joined the others. */
  socketPath: string | undefined;
  isStarted = false;
  isStopping = false;
  /** True if another worker takes its place, so that it is not replaced when it ends. */
  hasSuccessor = false;
  readonly #worker: Worker;
  readonly #onStuck: () => void;
  readonly #ended: Promise<void>;
  #waitingBytes = 0;
  #isStuck = false;
  #resolveEnded: () => void = () => undefined;
  #resolveStarted: () => void = () => undefined;
  #rejectStarted: (error: Error) => void = () => undefined;

  /** `onStuck` is called before a worker that does not read is killed. */
  constructor(worker: Worker, onStuck: () => void) {
    this.id = worker.id;
    this.#worker = worker;
    this.#onStuck = onStuck;
    this.#ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.started = new Promise((resolve, reject) => {
      this.#resolveStarted = resolve;
      this.#rejectStarted = reject;
    });
    this.started.catch(() => undefined); // a pool that closes does not wait for it
  }

  /** Sends a message of this size, in bytes. Kills a worker for which too many bytes wait. */
  send(message: ToWorker, bytes: number): void {
    if (this.#isStuck || !this.#worker.isConnected()) return;
    this.#waitingBytes += bytes;
    if (this.#waitingBytes > MAXIMUM_WAITING_BYTES) {
      this.#isStuck = true;
      this.#onStuck();
      this.#worker.process.kill('SIGKILL');
      return;
    }
    this.#worker.send(wrap(message), () => (this.#waitingBytes -= bytes));
  }

  onStarted(): void {
    this.isStarted = true;
    this.#resolveStarted();
  }

  /** Called when the process has ended, or could not be created. */
  onEnded(reason: string): void {
    this.socketPath = undefined;
    this.#rejectStarted(clusterErrors.workerNotStarted(reason));
    this.#resolveEnded();
  }

  /** Asks the worker to stop. Kills it if it has not started or needs more than `timeout` ms. */
  async stop(timeout: number): Promise<void> {
    this.isStopping = true;
    if (!this.isStarted) this.#worker.process.kill('SIGKILL');
    this.send({ kind: 'stop' }, 0);
    const timer = setTimeout(() => this.#worker.process.kill('SIGKILL'), timeout);
    await this.#ended;
    clearTimeout(timer);
  }
}
