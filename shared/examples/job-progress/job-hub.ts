import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Hub, HubError } from '@practical-signalr/server';
import { groupOf, type JobClient, type JobServer } from './contract.ts';

const MAXIMUM_WORKERS = 4;
const workerFile = fileURLToPath(new URL('worker.ts', import.meta.url));
/** The worker runs from its TypeScript source. */
const execArgv = ['--conditions=@practical-signalr/source', '--import=tsx'];

/**
 * Starts workers. An app adds the job to a queue instead, from which workers on other machines
 * read.
 */
export class WorkerPool {
  readonly #redisUrl: string;
  #running = 0;

  constructor(redisUrl: string) {
    this.#redisUrl = redisUrl;
  }

  start(jobId: string, steps: number): void {
    if (this.#running >= MAXIMUM_WORKERS) throw new HubError('All workers are busy.');
    this.#running += 1;
    const args = [this.#redisUrl, jobId, String(steps)];
    fork(workerFile, args, { execArgv }).once('exit', () => {
      this.#running -= 1;
    });
  }
}

/** Lets clients start jobs. It sends no progress: the workers do. */
export class JobHub extends Hub<JobClient> implements JobServer {
  readonly #workers: WorkerPool;

  constructor(workers: WorkerPool) {
    super();
    this.#workers = workers;
  }

  async startJob(steps: number): Promise<string> {
    const jobId = randomUUID();
    await this.groups.add(this.context.connectionId, groupOf(jobId));
    this.#workers.start(jobId, steps);
    return jobId;
  }
}
