import cluster, { type Worker } from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCount } from '../limits/check-count.ts';
import { checkTime } from '../limits/check-time.ts';
import { logMessages } from '../log-messages.ts';
import { defaultLogger, type Logger, safeLogger } from '../logger.ts';
import type { HubLifetimeManagerFactory, SharedBackplane } from '../scale-out/scale-out-hub.ts';
import { BatchingPort } from './ports/batching-port.ts';
import { messageSize } from './ports/message-size.ts';
import { returnConnections } from './ports/return-connections.ts';
import { type ToPrimary, type ToWorker, unwrap } from './primary-messages.ts';
import { PooledWorker } from './pooled-worker.ts';
import { type WorkerEnvironment, writeWorkerEnvironment } from './worker-environment.ts';

/** Options of `runWorkers`. Times are in ms. */
export interface WorkerOptions {
  /** The number of workers. Default: the number of cores that the process may use. */
  readonly workers?: number;
  /** How long a worker may take to stop before it is killed, in ms. Default: 40,000. */
  readonly stopTimeout?: number;
  /**
   * Whether the pool closes on SIGTERM and SIGINT (Ctrl-C), and the process exits after that. Set
   * it to false and call `close` if the program has its own clean-up. Default: true.
   */
  readonly handleSignals?: boolean;
  /**
   * Reaches the clients of other machines, too, for example `redis({ url })`. With Redis, the
   * workers share the connections and subscriptions of the primary process. Do not pass it to the
   * servers: `serverOptions` contains it. Default: only the workers of this machine are reached.
   */
  readonly scaleOut?: HubLifetimeManagerFactory;
  /** Receives the log messages of the pool. Default: the console, for warnings and errors. */
  readonly logger?: Logger;
}

/** The wait before a replacement for a worker that ended soon after its start, in ms. */
const FIRST_DELAY = 100;
const MAXIMUM_DELAY = 30_000;
/** The time after which the end of a worker does not count as a failed start, in ms. */
const STABLE_AFTER = 10_000;

/** The workers of a program, in its primary process. */
export class WorkerPool {
  readonly #environment: WorkerEnvironment;
  readonly #logger: Logger;
  readonly #stopTimeout: number;
  readonly #workers = new Map<number, PooledWorker>();
  readonly #replacements = new Set<NodeJS.Timeout>();
  readonly #backplane: SharedBackplane | undefined;
  #delay = 0;
  #isClosing = false;
  #closed: Promise<void> | undefined;
  /** Settles when the last restart has ended. */
  #restarting: Promise<void> = Promise.resolve();

  private constructor(options: WorkerOptions) {
    const { logger = defaultLogger, stopTimeout = 40_000, scaleOut } = options;
    checkTime('stopTimeout', stopTimeout);
    this.#logger = safeLogger(logger);
    this.#stopTimeout = stopTimeout;
    this.#environment = {
      key: randomBytes(32).toString('base64url'),
      folder: mkdtempSync(join(tmpdir(), 'practical-signalr-')),
    };
    this.#backplane = scaleOut?.sharing?.open();
  }

  /** Starts the workers. Resolves when all accept connections. Rejects if one cannot start. */
  static async start(options: WorkerOptions): Promise<WorkerPool> {
    const { workers = availableParallelism(), handleSignals = true } = options;
    checkCount('workers', workers);
    // Structured clones carry bytes without a conversion to text.
    cluster.setupPrimary({ serialization: 'advanced' });
    const pool = new WorkerPool(options);
    try {
      await Promise.all(Array.from({ length: workers }, () => pool.#start()));
    } catch (error) {
      await pool.close();
      throw error;
    }
    if (handleSignals) {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        // The program may have opened handles in this process, too, which would keep it running.
        process.once(signal, () => void pool.close().then(() => process.exit()));
      }
    }
    return pool;
  }

  /** The numbers of the workers. */
  get workers(): readonly number[] {
    return [...this.#workers.keys()];
  }

  /**
   * Replaces the workers one after the other. Each new worker accepts connections before the old
   * one stops, and the clients of the old one are asked to reconnect. A restart that is requested
   * during another one follows it, and replaces the workers that still run from before the request.
   * Rejects if a new worker cannot start; the old ones then stay.
   */
  restart(): Promise<void> {
    const oldWorkers = [...this.#workers.values()];
    const restarted = this.#restarting.then(() => this.#replaceAll(oldWorkers));
    this.#restarting = restarted.catch(() => undefined);
    return restarted;
  }

  /** Stops all workers. Resolves when all have ended. */
  close(): Promise<void> {
    this.#closed ??= this.#stopAll();
    return this.#closed;
  }

  async #stopAll(): Promise<void> {
    this.#isClosing = true;
    for (const timer of this.#replacements) clearTimeout(timer);
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop(this.#stopTimeout)));
    await this.#backplane?.close();
    rmSync(this.#environment.folder, { recursive: true, force: true });
  }

  async #replaceAll(oldWorkers: readonly PooledWorker[]): Promise<void> {
    for (const old of oldWorkers) {
      // A worker that is stopped while it starts counts as one that cannot start.
      await old.started.catch(() => undefined);
      if (this.#isClosing) return;
      if (this.#workers.has(old.id)) await this.#exchange(old);
    }
  }

  /** Starts the successor of a worker, and then stops the worker. */
  async #exchange(old: PooledWorker): Promise<void> {
    old.hasSuccessor = true;
    try {
      await this.#start();
    } catch (error) {
      if (this.#isClosing) return;
      old.hasSuccessor = false;
      // The old worker has ended meanwhile.
      if (!this.#workers.has(old.id)) this.#replace(0);
      throw error;
    }
    await old.stop(this.#stopTimeout);
  }

  /** Starts a worker. Rejects if it ends before it accepts connections. */
  async #start(): Promise<void> {
    await this.#fork().started;
  }

  #fork(): PooledWorker {
    const worker: Worker = cluster.fork(writeWorkerEnvironment(this.#environment));
    returnConnections(worker);
    const pooled = new PooledWorker(worker, () => {
      this.#logger.error(logMessages.workerDoesNotRead(worker.id));
    });
    this.#workers.set(worker.id, pooled);
    const startedAt = performance.now();
    const port = new BatchingPort((messages) => {
      pooled.send({ kind: 'backplane', messages }, messageSize(messages));
    });
    let removeWorker: (() => void) | undefined;
    worker.on('message', (envelope: unknown) => {
      const message = unwrap<ToPrimary>(envelope);
      if (message?.kind === 'backplane') port.receive(message.messages);
      else if (message !== undefined) this.#receive(pooled, message);
      // A worker that has not joined may have no listener yet. The last messages of one that has
      // ended may still arrive.
      if (message?.kind === 'joined' && this.#workers.has(worker.id))
        removeWorker = this.#backplane?.addWorker(port);
    });
    const handleEnd = (reason: string): void => {
      this.#workers.delete(worker.id);
      removeWorker?.();
      pooled.onEnded(reason);
      this.#publishPeers();
      if (this.#isClosing || pooled.isStopping || !pooled.isStarted) return;
      this.#logger.error(logMessages.workerEnded(worker.id, reason));
      if (!pooled.hasSuccessor) this.#replace(performance.now() - startedAt);
    };
    worker.once('exit', (code, signal) => handleEnd(signal ?? `code ${code}`));
    // Without a listener, this event would end the primary process. A process that could not be
    // created, for example because the system has too many, does not exit.
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) handleEnd(error.message);
    });
    return pooled;
  }

  /** Starts a replacement, later if workers keep failing. `age` is how long the old one ran. */
  #replace(age: number): void {
    const nextDelay = Math.min(MAXIMUM_DELAY, Math.max(FIRST_DELAY, this.#delay * 2));
    this.#delay = age >= STABLE_AFTER ? 0 : nextDelay;
    const startedAt = performance.now();
    const timer = setTimeout(() => {
      this.#replacements.delete(timer);
      this.#start().catch((error: unknown) => {
        if (this.#isClosing) return;
        this.#logger.error(logMessages.workerNotReplaced, error);
        this.#replace(performance.now() - startedAt);
      });
    }, this.#delay);
    this.#replacements.add(timer);
  }

  #receive(from: PooledWorker, message: Exclude<ToPrimary, { kind: 'backplane' }>): void {
    if (message.kind === 'started') from.onStarted();
    else if (message.kind === 'joined') {
      from.socketPath = message.socketPath;
      this.#publishPeers();
    } else {
      const { hubName, worker, message: content } = message;
      const relayed: ToWorker = { kind: 'relay', from: from.id, hubName, message: content };
      const bytes = messageSize(relayed);
      if (worker !== undefined) this.#workers.get(worker)?.send(relayed, bytes);
      else for (const other of this.#joined()) if (other !== from) other.send(relayed, bytes);
    }
  }

  #joined(): PooledWorker[] {
    return [...this.#workers.values()].filter(({ socketPath }) => socketPath !== undefined);
  }

  /** Sends each worker the list of the others. */
  #publishPeers(): void {
    const joined = this.#joined();
    for (const worker of joined) {
      const others = joined.filter((other) => other !== worker);
      const peers = new Map(others.map(({ id, socketPath }) => [id, socketPath as string]));
      worker.send({ kind: 'peers', peers }, 0);
    }
  }
}
